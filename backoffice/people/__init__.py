"""Users and what they may do: changed only by whoever proves who they are, and never without a word to the person."""
