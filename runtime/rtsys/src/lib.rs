//! undergo rtsys.
