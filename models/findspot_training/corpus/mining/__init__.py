"""Mining: what people wrote about a change, and the functions they changed, taken from bare git histories."""
