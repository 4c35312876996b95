"""One TOML file per frozen protocol, and LOCK: the id of every released one."""
