//! The world that comes with the project.

use std::path::Path;

use asfm_world::{Recipe, World};

#[test]
fn the_kept_world_is_what_its_seed_gives() {
    let world = World::generate(&Recipe::default());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/worlds/twinmarket");
    for (name, text) in world.files.iter().filter(|it| it.0 != "scenario.toml") {
        let kept = std::fs::read_to_string(folder.join(name)).expect("the file is kept");
        assert!(kept == *text, "{name} differs: see fixtures/worlds/README.md for the command");
    }
}
