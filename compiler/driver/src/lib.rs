//! undergo driver.
