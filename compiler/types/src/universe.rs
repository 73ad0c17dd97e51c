//! Predeclared objects.
