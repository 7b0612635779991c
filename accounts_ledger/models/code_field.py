"""CodeField: a text that the database has sealed, and finds by a keyed hash only.

On an instance, and in ``values()``, it is clear text. In the database its column has ciphertext; a second column has
the hash, which is unique and is what look-ups compare; a third the last characters, which everybody may see. The only
look-ups are a whole code, several whole codes, and none: no look-up, transform or ordering of the text itself exists,
whoever asks, because the database does not have it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models.expressions import Col
from django.db.models.lookups import In, IsNull
from django.utils.translation import gettext_lazy as _

from accounts_ledger import code_keys, codes

if TYPE_CHECKING:
    _Field = models.Field[str | None, str | None]
else:
    _Field = models.Field

#: What a sealed code begins with in a file of `dumpdata`.
_SEALED = "sealed:"


def _refuse(what: str) -> FieldError:
    return FieldError(f"Codes are sealed: they can be looked up as a whole, and {what}.")


class _Column(Col):
    """The sealed column in a query: it can be read, and nothing can be computed or ordered by it."""

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        # Django resolves a column anew where it orders by it. What is read is not resolved.
        raise _refuse("nothing can be ordered by them")


class _WholeCodes(In):
    """``code`` and ``code__in``: compares hashes, by each of the site's keys."""

    def __init__(self, lhs: Any, rhs: Any) -> None:
        if rhs is not None:
            rhs = list(dict.fromkeys(digest for code in self._codes(rhs) for digest in code_keys.digests(code)))
        super().__init__(_hash_of(lhs), rhs)

    def _codes(self, given: Any) -> Iterable[str]:
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise _refuse("codes to look for are given as a list of texts")
        return [_text(code) for code in given if code is not None]


class _WholeCode(_WholeCodes):
    lookup_name = "exact"

    def get_prep_lookup(self) -> Any:
        # Django makes the look-up first and sees then that None was meant, which is another look-up.
        return None if self.rhs is None else super().get_prep_lookup()

    def _codes(self, given: Any) -> Iterable[str]:
        return [_text(given)]


class _NoCode(IsNull):
    def __init__(self, lhs: Any, rhs: Any) -> None:
        super().__init__(_hash_of(lhs), rhs)


_LOOKUPS = {"exact": _WholeCode, "in": _WholeCodes, "isnull": _NoCode}


class CodeField(_Field):
    """A field for codes.

    Args:
        hash_field: the name of the `BinaryField` of the model that has the hash.
        tail_field: the name of the `CharField` that has the characters which a masked code shows.
    """

    empty_strings_allowed = False

    def __init__(self, *args: Any, hash_field: str = "", tail_field: str = "", **kwargs: Any) -> None:
        self.hash_field, self.tail_field = hash_field, tail_field
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "hash_field": self.hash_field, "tail_field": self.tail_field}

    def columns(self, code: str | None) -> dict[str, Any]:
        """Return the values of all three fields for *code*."""
        if code is None:
            return {self.name: None, self.hash_field: None, self.tail_field: None}
        digest = code_keys.keyring()[0].digest(code)
        return {self.name: code, self.hash_field: digest, self.tail_field: codes.tail(code)}

    def fill(self, instance: models.Model) -> None:
        """Bring hash and tail of *instance* in line with its code."""
        for name, value in self.columns(getattr(instance, self.attname)).items():
            setattr(instance, name, value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        # The other two fields stand behind this one in the model, so they are asked for their values after it.
        self.fill(model_instance)
        return super().pre_save(model_instance, add)

    # --- To and from the database ------------------------------------------------------------------

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return connection.Database.Binary(code_keys.keyring()[0].seal(_text(value)))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        if not isinstance(expression, Col):
            raise _refuse("nothing can be computed from them")
        return None if value is None else code_keys.unseal(value)

    # --- Queries -----------------------------------------------------------------------------------

    def get_lookup(self, lookup_name: str) -> Any:
        return _LOOKUPS.get(lookup_name)

    def get_transform(self, lookup_name: str) -> None:
        return None

    def get_col(self, alias: str, output_field: Any = None) -> Any:
        return _Column(alias, self, output_field)

    # --- Forms and files ---------------------------------------------------------------------------

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.CharField, "max_length": self.max_length, **kwargs})

    def to_python(self, value: Any) -> str | None:
        if value is None or not str(value).startswith(_SEALED):
            return None if value is None else str(value)
        try:
            return code_keys.unseal(base64.b64decode(str(value).removeprefix(_SEALED)))
        except (binascii.Error, ValueError, code_keys.UnknownCodeKey) as error:
            raise ValidationError(_("This is not a code that was sealed here.")) from error

    def value_to_string(self, obj: models.Model) -> Any:
        """Return the code for `dumpdata`: sealed, because such files lie about."""
        code = self.value_from_object(obj)
        return code and _SEALED + base64.b64encode(code_keys.keyring()[0].seal(code)).decode()


def _hash_of(lhs: Any) -> Any:
    """Return the column with the hash that belongs to the sealed column *lhs*."""
    if not isinstance(lhs, _Column):
        raise _refuse("nothing can be computed from them")
    field: Any = lhs.target
    return field.model._meta.get_field(field.hash_field).get_col(lhs.alias)


def _text(code: Any) -> str:
    if hasattr(code, "resolve_expression") or isinstance(code, bytes):
        raise _refuse("not compared with anything that the database computes")
    return codes.normalise(str(code))
