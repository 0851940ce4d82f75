"""The sections of the oracle: one module per part of the library's public page."""
