//! The colours of charts, after Okabe and Ito (2008), whose colours are told apart by all kinds of
//! colour vision; on white the light ones are darkened, on black the dark ones are lightened.

use std::fmt::Write as _;

/// The colours of the series, in pairs for light and for dark.
const SERIES: [(&str, &str); 8] = [
    ("#0072b2", "#56b4e9"),
    ("#d55e00", "#ff8c42"),
    ("#008a64", "#2fc79b"),
    ("#a8477f", "#e39ac2"),
    ("#b07a00", "#f0c24b"),
    ("#2f8fc4", "#9fd3f5"),
    ("#555555", "#bdbdbd"),
    ("#7a3db8", "#b99cf0"),
];

/// The others, by name.
const OTHERS: [(&str, &str, &str); 9] = [
    ("ink", "#1c1e21", "#e6e6e3"),
    ("soft", "#5a5f66", "#a9adb3"),
    ("grid", "#e3e5e8", "#33373c"),
    ("rule", "#8a9097", "#7c828a"),
    ("paper", "#ffffff", "#17191c"),
    ("shade", "#eceef1", "#26292e"),
    ("good", "#00704f", "#2fc79b"),
    ("bad", "#b94a00", "#ff8c42"),
    ("unsure", "#8a5f00", "#f0c24b"),
];

/// What the classes mean; `$name` is a colour. Series come first, so that `l` can take their area.
const RULES: &str = "\
.c{font-family:system-ui,'DejaVu Sans',Helvetica,Arial,sans-serif}\
.c .l{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}\
.c .d{stroke-dasharray:6 4;stroke-linecap:butt}\
.c .f{stroke:none}\
.c .b{stroke:none;fill-opacity:.2}\
.c .r0,.c .r1,.c .r2,.c .r3{stroke-width:1.2}\
.c .r1{fill-opacity:.5}\
.c .r2{fill-opacity:.12}\
.c .r3{fill-opacity:.75;stroke-dasharray:3 2}\
.c .w{stroke-width:3;stroke-opacity:.35}\
.c .g{stroke:$grid;stroke-width:1}\
.c .a{stroke:$rule;stroke-width:1}\
.c .m{stroke:$soft;stroke-width:1;stroke-dasharray:2 3}\
.c .mf{fill:$paper;stroke:$soft;stroke-width:1}\
.c .mt{fill:$ink;font-size:10px}\
.c .lo{fill:$rule}\
.c .wh{fill:none;stroke:$ink;stroke-width:1.3}\
.c .t{fill:$ink;font-size:12px}\
.c .n{fill:$soft;font-size:12px}\
.c .h{fill:$ink;font-size:15px;font-weight:bold}\
.c .z{fill:$shade}\
.c .zl{stroke:$soft;stroke-width:1.2}\
.c .p{fill:none;stroke:$soft;stroke-width:1}\
.c .iv{fill:none;stroke:$ink;stroke-width:1.8}\
.c .id{fill:$ink}\
.c .good{stroke:$good}.c .id.good{fill:$good}\
.c .bad{stroke:$bad}.c .id.bad{fill:$bad}\
.c .unsure{stroke:$unsure}.c .id.unsure{fill:$paper;stroke-width:1.5}\
.c .assumed{stroke:$soft}.c .id.assumed{fill:$paper;stroke-width:1.5}\
.c .nl{fill:none;stroke:$soft;stroke-width:.8;stroke-opacity:.6}\
.c .nl1{stroke-opacity:.35}\
.c .nl2{stroke-opacity:.2;stroke-width:.6}\
.c .nl3{stroke-opacity:.1;stroke-width:.5}\
.c .nr{fill:none;stroke:$grid;stroke-width:1}\
.c .nf{fill:none;stroke:$rule;stroke-width:1}\
.c .nx{fill:$ink;fill-opacity:.8;stroke:none}\
.c .bg{fill:$paper}";

/// The style of a picture that stands alone, in light colours.
pub(crate) fn alone() -> String {
    let mut out = String::new();
    for (n, (light, _)) in SERIES.iter().enumerate() {
        series(&mut out, n, light);
    }
    out + &OTHERS
        .iter()
        .fold(RULES.to_owned(), |rules, (name, light, _)| rules.replace(&format!("${name}"), light))
}

/// The style of pictures on a page, whose colours are variables.
pub(crate) fn of_page() -> String {
    let (mut light, mut dark, mut classes) = (String::new(), String::new(), String::new());
    for (n, it) in SERIES.iter().enumerate() {
        variable(&mut light, &format!("s{n}"), it.0);
        variable(&mut dark, &format!("s{n}"), it.1);
        series(&mut classes, n, &format!("var(--s{n})"));
    }
    for (name, in_light, in_dark) in OTHERS {
        variable(&mut light, name, in_light);
        variable(&mut dark, name, in_dark);
    }
    let rules = OTHERS.iter().fold(RULES.to_owned(), |rules, (name, ..)| {
        rules.replace(&format!("${name}"), &format!("var(--{name})"))
    });
    format!(
        ":root{{color-scheme:light dark;{light}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{classes}{rules}\n"
    )
}

fn variable(out: &mut String, name: &str, colour: &str) {
    add(out, format_args!("--{name}:{colour};"));
}

fn series(out: &mut String, n: usize, colour: &str) {
    add(out, format_args!(".c .s{n}{{stroke:{colour};fill:{colour}}}"));
}

fn add(out: &mut String, what: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(what);
    debug_assert!(written.is_ok(), "a string takes any text");
}
