//! Reading the textual form.
