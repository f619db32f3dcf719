//! Arms that vary.

use asfm_experiment::{Arm, Experiment};

fn read(arm: &str) -> Result<Vec<Arm>, String> {
    let text = format!("name = \"x\"\nscenario = \"s.toml\"\n{arm}");
    Experiment::read("x.toml", &text).map(|it| it.arms).map_err(|it| it.to_string())
}

fn arms(arm: &str) -> Vec<Arm> {
    read(arm).expect("sound arms")
}

fn change(arm: &Arm, key: &str) -> String {
    let found = arm.changes.iter().find(|it| it.0 == key);
    found.unwrap_or_else(|| panic!("{key} in {:?}", arm.changes)).1.clone()
}

#[test]
fn values_are_crossed() {
    let all = arms(
        "[[arm]]\nname = \"{kind}-{x}\"\ntitle = \"{kind} with {x}\"\n\
         set = { \"traders.{kind}.capital\" = \"{x}\", \"title\" = \"so {x}!\", \"deep\" = [{ k = \"{x}\" }] }\n\
         vary.x = [1, 2.5]\nvary.kind = [\"a\", \"b\", \"c\"]\n",
    );
    let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["a-1", "a-2.5", "b-1", "b-2.5", "c-1", "c-2.5"]);
    assert_eq!(all[3].title, "b with 2.5");
    assert_eq!(change(&all[3], "traders.b.capital"), "2.5", "a number stays a number");
    assert_eq!(change(&all[3], "title"), "\"so 2.5!\"", "within a text it is text");
    assert_eq!(change(&all[3], "deep"), "[{ k = 2.5 }]");
}

#[test]
fn values_are_zipped() {
    let zip = "[[arm]]\nname = \"n{x}\"\nzip = true\nset = { y = \"{y}\" }\n";
    let all = arms(&format!("{zip}vary.x = [1, 2]\nvary.y = [\"-1\", \"3\"]\n"));
    let found: Vec<_> = all.iter().map(|it| (it.name.as_str(), change(it, "y"))).collect();
    assert_eq!(found, [("n1", "\"-1\"".to_owned()), ("n2", "\"3\"".to_owned())]);
    let why = read(&format!("{zip}vary.x = [1, 2]\nvary.y = [1]\n")).expect_err("uneven");
    assert!(why.contains("expected 2 values as in the first list, found 1"), "{why}");
}

#[test]
fn a_branch_varies_with_its_parent() {
    let all = arms(
        "[[arm]]\nname = \"base-{x}\"\nvary.x = [1, 2]\n\
         [[arm]]\nname = \"news-{x}\"\nbranch = { from = \"base-{x}\", day = 3 }\nvary.x = [1, 2]\n",
    );
    let parents: Vec<Option<usize>> =
        all.iter().map(|it| it.branch.map(|branch| branch.from)).collect();
    assert_eq!(parents, [None, None, Some(0), Some(1)]);
}

#[test]
fn arms_that_cannot_be_meant_are_refused() {
    for (arm, why) in [
        (
            "[[arm]]\nname = \"a\"\nvary.x = [1, 2]\n",
            "two arms are named `a`: each value of `vary` needs a name of its own, as `{x}`",
        ),
        ("[[arm]]\nname = \"a{y}\"\nvary.x = [1]\n", "nothing is named `y`"),
        (
            "[[arm]]\nname = \"a{x}\"\nset = { news = [{ text = \"at {rate} %\" }] }\nvary.x = [1]\n",
            "nothing is named `rate` that `{rate}` could stand for, expected one of `vary.x`",
        ),
        ("[[arm]]\nname = \"a\"\nvary.x = []\n", "expected at least one value"),
        ("[[arm]]\nname = \"a\"\n[[arm]]\nname = \"A\"\n", "differ in capitals only"),
        ("[[arm]]\nname = \"a/b\"\n", "`a/b` is no name"),
        ("[[arm]]\nname = \"..\"\n", "`..` is no name"),
        (
            "[[arm]]\nname = \"a\"\nmodels-only = true\n\
             [[arm]]\nname = \"b\"\nbranch = { from = \"a\", day = 1 }\n",
            "a branch of an arm with `models-only` needs it, too",
        ),
        (
            "[[arm]]\nname = \"a\"\nbranch = { from = \"a\", day = 1 }\n",
            "expected an arm that is no branch itself",
        ),
        (
            "[[arm]]\nname = \"a\"\n[[arm]]\nname = \"b\"\nseed-offset = 1\n\
             branch = { from = \"a\", day = 1 }\n",
            "a branch has the seeds of the arm",
        ),
    ] {
        let told = read(arm).expect_err(why);
        assert!(told.contains(why), "{told}");
    }
    // Words in braces are text where nothing varies.
    assert_eq!(arms("[[arm]]\nname = \"a\"\nset = { title = \"{x}\" }\n").len(), 1);
}
