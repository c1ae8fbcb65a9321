"""The `mhero` command."""
