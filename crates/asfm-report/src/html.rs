//! A page as one file.

use crate::{Error, Page};

impl Page {
    /// The page as one HTML file that needs no other and asks for nothing.
    pub fn html(&self) -> Result<String, Error> {
        self.check()?;
        Ok(format!(
            "<!doctype html><title>{}</title>{}",
            crate::text::escape(&self.title),
            crate::text::paragraphs(&self.lead)
        ))
    }
}
