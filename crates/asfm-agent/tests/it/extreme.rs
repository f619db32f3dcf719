//! Markets at the edge of what a scenario may say.

use asfm_agent::{BrainKind, PROFILES};
use proptest::prelude::*;

use crate::run::{read, run};

/// Rules never ask for what the exchange refuses: not for a price off the grid or the band, not
/// for more than they can pay or deliver, not too often.
fn calm(text: &str) {
    let scenario = read(text);
    for seed in 1..=2 {
        let it = run(&scenario, seed, BrainKind::Rules);
        assert!(it.kinds.iter().all(|it| it[1] == 0), "{it:?}\n{text}");
    }
}

/// All but the account that sends again what others ask for, whether it can or not.
fn calm_profiles() -> Vec<&'static str> {
    PROFILES.into_iter().filter(|it| *it != "padding").collect()
}

fn market(profile: &str, settings: &str, price: &str) -> String {
    format!(
        "name = \"extreme\"\ndays = 4\n{settings}\n\
         [[traders]]\nkind = \"{profile}\"\nratio = 1\ncapital = 1000\n\
         [[company]]\ncode = \"S1\"\nsector = \"any\"\ncloses = [{price}]\n"
    )
}

#[test]
fn one_trader_of_each_profile() {
    for profile in PROFILES {
        calm(&market(profile, "population.agents = 1", "10, 11"));
    }
}

#[test]
fn prices_of_one_tick() {
    for profile in PROFILES {
        calm(&market(profile, "", "0.01"));
        calm(&market(profile, "market.price-limit = \"off\"", "0.01, 0.02, 0.01"));
    }
}

#[test]
fn no_limit_on_prices_and_orders() {
    for profile in PROFILES {
        let settings = "[market]\nprice-limit = \"off\"\noperations = 0\nsessions = [\"continuous\"]\n\
             continuous-rounds = 5\nresubmission = \"add\"\norder-life = \"gtc\"";
        calm(&market(profile, settings, "10, 20, 5"));
    }
}

#[test]
fn capital_below_the_price_of_one_share() {
    for profile in PROFILES {
        calm(&market(profile, "", "10000000"));
        calm(&market(profile, "market.lot = 4000000000", "10000000"));
    }
}

#[test]
fn shares_without_cash_and_cash_without_shares() {
    for profile in PROFILES {
        calm(&market(profile, "population.initial-shares = 1", "10, 9, 10"));
        calm(&market(profile, "population.allocation = \"cash-only\"", "10, 9, 10"));
    }
}

#[test]
fn fees_that_eat_half_of_everything() {
    for profile in PROFILES {
        calm(&market(profile, "market.fee = 0.5\nmarket.stamp-tax = 0.49", "10, 9, 10"));
    }
}

prop_compose! {
    fn settings()(
        tick in prop::sample::select(vec!["0.0002", "0.01", "0.5"]),
        lot in prop::sample::select(vec![1, 7, 100]),
        limit in prop::sample::select(vec!["off", "0.001", "0.1", "0.9"]),
        sessions in prop::sample::select(vec![
            r#"["auction", "continuous"]"#,
            r#"["talk", "auction"]"#,
            r#"["continuous", "continuous"]"#,
        ]),
        auction in prop::sample::select(vec!["midpoint", "uniform"]),
        resubmission in prop::sample::select(vec!["replace", "add"]),
        life in prop::sample::select(vec!["day", "gtc"]),
        settlement in prop::sample::select(vec!["T+0", "T+1"]),
        operations in 0..4,
        fee in 0..300_000,
    ) -> String {
        format!(
            "[market]\ntick = {tick}\nlot = {lot}\nprice-limit = \"{limit}\"\nsessions = {sessions}\n\
             auction = \"{auction}\"\nresubmission = \"{resubmission}\"\norder-life = \"{life}\"\n\
             settlement = \"{settlement}\"\noperations = {operations}\nfee = 0.{fee:06}\n"
        )
    }
}

prop_compose! {
    fn population()(
        traders in prop::collection::vec(
            (prop::sample::select(calm_profiles()), 1_u32..4, 1_u64..1_000_000_000),
            1..5,
        ),
        closes in prop::collection::vec(prop::collection::vec(1_u32..400, 1..5), 1..6),
        // 400 times 4 000 halves are near the highest price that the smallest tick can name.
        scale in prop::sample::select(vec![1_u32, 4_000]),
        news in -3_i32..3,
    ) -> String {
        use std::fmt::Write as _;
        let agents: u32 = traders.iter().map(|it| it.1).sum();
        let mut text = format!("[population]\nagents = {agents}\n");
        for (at, (profile, ratio, capital)) in traders.iter().enumerate() {
            let kind = format!("kind = \"kind {at}\"\nprofile = \"{profile}\"\nratio = {ratio}");
            writeln!(text, "[[traders]]\n{kind}\ncapital = {capital}").expect("memory");
        }
        for (at, closes) in closes.iter().enumerate() {
            // Multiples of 0.5 are multiples of every tick above.
            let closes: Vec<String> =
                closes.iter().map(|it| format!("{}", f64::from(it * scale) / 2.0)).collect();
            let closes = closes.join(", ");
            writeln!(text, "[[company]]\ncode = \"S{at}\"\nsector = \"any\"\ncloses = [{closes}]")
                .expect("memory");
        }
        text + &format!("[[news]]\nday = 2\ntext = \"\"\ntopic = \"inflation\"\nsize = {}", 10 * news)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_market_is_calm(market in settings(), population in population()) {
        calm(&format!("name = \"any\"\ndays = 4\n{market}{population}"));
    }
}
