//! Keeps a run's events in an SQLite file and reads them back.
