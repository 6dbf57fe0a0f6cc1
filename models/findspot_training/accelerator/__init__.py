"""A training of the localization model that lies ready for a borrowed accelerator: packed here, run there, taken back here."""
