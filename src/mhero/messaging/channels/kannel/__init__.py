"""Kannel, and any SMPP account behind one."""
