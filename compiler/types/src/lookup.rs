//! Fields and methods by name.
