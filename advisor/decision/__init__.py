"""A decision that is kept: made, sealed, read again, held against today, and held against another one."""
