"""What the pages of several models are built from: base classes, fields, columns, filters and exports."""
