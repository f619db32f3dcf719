//! Worlds from tables, all of them invented.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZeroU32;

use asfm_engine::{Day, Seed};
use asfm_world::{ImportError, ImportOptions, Layout, Mode, World};
use proptest::prelude::*;

use crate::support::{codes, counts, file, rows, scenario};

pub(crate) type Tables = Vec<(&'static str, String)>;

pub(crate) fn options(layout: Layout) -> ImportOptions {
    ImportOptions {
        layout,
        start: "2031-03-06".parse().expect("a Thursday"),
        days: NonZeroU32::new(10).expect("not zero"),
        seed: Seed(1),
        agents: NonZeroU32::new(20).expect("not zero"),
        mode: Mode::Sound,
    }
}

pub(crate) fn import(tables: &Tables, options: &ImportOptions) -> Result<World, ImportError> {
    World::import(tables.iter().map(|(name, text)| (*name, text.as_bytes())), options)
}

/// The published layout, with two made-up indices, a holiday on day 6, and two people of two days.
pub(crate) fn published() -> Tables {
    let head = "ts_code,Industry,category,date,close,pre_close,change,pct_chg,amount,elg_amount_net,\
                pe_ttm,pb,ps_ttm,dv_ttm,ma_hfq_5,name\n";
    let mut data = head.to_owned();
    for (code, industry, first) in [("AAEI", "船", 1000), ("BBEI", "茶", 2000)] {
        for (at, date) in
            ["03-03", "03-04", "03-05", "03-06", "03-07", "03-10", "03-12"].iter().enumerate()
        {
            let close = first + 10 * at;
            let (whole, cents) = (close / 100, close % 100);
            writeln!(
                data,
                "{code},{industry},{industry},2031-{date},{whole}.{cents:02},1,1,1,1,1,\
                 {at}.5,-1.25,2,3.5,,{industry}指数"
            )
            .expect("a string takes all text");
        }
    }
    let mut calendar = "cal_date,is_open,pretrade_date\n".to_owned();
    for day in 1..20 {
        let word = if [1, 2, 8, 9, 11, 15, 16].contains(&day) { "close" } else { "open" };
        writeln!(calendar, "2031-03-{day:02},{word},2031-03-01").expect("a string takes all text");
    }
    let profile = "stock_id,weight,name,industry,description\n\
                   BBEI,60.5,Tea Index,tea,\"Leaves, and \"\"bags\"\"\"\n\
                   AAEI,39.5,Ship Index,ships,Hulls\n";
    let people = "user_id,gender,location,user_type,bh_disposition_effect_category,strategy,\
                  ini_cash,current_cash,cur_positions,stock_returns,fol_ind,created_at,prompt\n\
                  1,男,Nowhere,普通股民,高,基本面,10000000.0,400000.55,\"{\"\"AAEI\"\": {\"\"shares\"\": 300, \"\"ratio\"\": 5}}\",\"{\"\"AAEI\"\": {\"\"profit\"\": 2.0}}\",\"[\"\"ships\"\"]\",2031-03-05 00:00:00,long\n\
                  2,女,Elsewhere,大V,low,技术面,100000000,5,,,\"[]\",2031-03-05 00:00:00,long\n\
                  1,男,Nowhere,普通股民,高,基本面,10000000.0,1,{},{},[],2031-03-04 00:00:00,long\n";
    let beliefs = "user_id,belief,attitude\n1,I believe in ships.,optimistic\n9,?,悲观\n";
    let news = "cal_date,news\n2031-03-06,Ships float.\n2031-03-20,Too late.\n";
    vec![
        ("data/stock_data.csv", data),
        ("data/stock_profile.csv", profile.to_owned()),
        ("data/trading_days.csv", calendar),
        ("profiles.csv", people.to_owned()),
        ("belief_2.csv", beliefs.to_owned()),
        ("news.csv", news.to_owned()),
    ]
}

/// Our own layout, with all its tables.
pub(crate) fn plain() -> Tables {
    let prices = "date,code,close\n2031-03-05,X,10.004\n2031-03-04,X,9.5\n2031-03-05,Y,0.07\n\
                  2031-03-06,X,10.2\n2031-03-07,Y,0.08\n";
    let companies = "code,sector,name,business,price-earnings,dividend-yield\n\
                     Y,soap,Soap Works,,12.5,0.02\nX,rope,,Makes rope.,,\n";
    let holders = "kind,cash,X,X:cost,mood,Y\nlazy,1000,200,9.5,glad,\n\
                   \"technical, small\",0.5,,,sad,10\nlazy,3000.00,0,,,5\n";
    let news = "date,text,days,topic,size,sectors\n\
                2031-03-08,Rope is scarce.,3,outlook,0.5,rope;soap\n2031-03-06,Nothing.,,,,\n";
    vec![
        ("prices.csv", prices.to_owned()),
        ("companies.csv", companies.to_owned()),
        ("holders.csv", holders.to_owned()),
        ("news.csv", news.to_owned()),
    ]
}

#[test]
fn the_published_layout_is_read() {
    let world = import(&published(), &options(Layout::Published)).expect("sound");
    let scenario = scenario(&world).expect("a scenario");
    let open: Vec<u32> = (1..=10).filter(|it| scenario.is_open(Day(*it))).collect();
    assert_eq!(open, [1, 2, 5, 7, 8, 9], "a weekend, and a holiday on day 6");
    let [ship, tea] = scenario.companies() else { panic!("two companies") };
    assert_eq!((ship.code.as_str(), ship.name.as_str()), ("AAEI", "Ship Index"));
    assert_eq!((tea.sector.as_str(), tea.business.as_str()), ("tea", "Leaves, and \"bags\""));
    let closes: Vec<String> = ship.closes.iter().map(ToString::to_string).collect();
    assert_eq!(closes, ["10.00", "10.10", "10.20"], "up to the day before the first");
    assert_eq!(ship.valuation.price_earnings, Some(2_500_000));
    assert_eq!(ship.valuation.price_book, Some(-1_250_000));
    assert_eq!(ship.valuation.dividend_yield, Some(35_000), "a share, not percent");
    assert_eq!(file(&world, "weights.csv"), "code,weight\nAAEI,39.50\nBBEI,60.50\n");
    assert_eq!(
        file(&world, "reference.csv"),
        "day,AAEI,BBEI\n0,10.20,20.20\n1,10.30,20.30\n2,10.40,20.40\n5,10.50,20.50\n7,10.60,20.60\n"
    );

    let people = rows(file(&world, "population.csv"));
    assert_eq!(people.len(), 2, "of the day before the first");
    assert_eq!(people[0]["kind"], "technical, 100 million");
    let it = &people[1];
    assert_eq!((&*it["kind"], &*it["cash"]), ("fundamental, 10 million", "400000.55"));
    assert_eq!((&*it["AAEI"], &*it["AAEI:cost"], &*it["BBEI"]), ("300", "10.00", "0"));
    let words = ["strategy", "gender", "location", "user-type", "disposition", "sectors", "belief"];
    assert_eq!(
        words.map(|word| it[word].as_str()),
        ["fundamental", "male", "Nowhere", "ordinary", "high", "ships", "I believe in ships."]
    );
    assert_eq!(counts(&people, "attitude"), BTreeMap::from([("neutral", 1), ("optimistic", 1)]));
    let news: toml::Table = file(&world, "news.toml").parse().expect("sound");
    assert_eq!(news["news"].as_array().map(Vec::len), Some(1));
    assert_eq!(news["news"][0]["day"].as_integer(), Some(1));
    let notes = world.notes.join("\n");
    for told in ["1 rows are before", "1 traders without", "self-descriptions"] {
        assert!(notes.contains(told), "{told}: {notes}");
    }
}

#[test]
fn people_are_made_up_where_there_are_none() {
    let tables: Tables = published().into_iter().take(3).collect();
    let world = import(&tables, &options(Layout::Published)).expect("sound");
    scenario(&world).expect("a scenario");
    let people = rows(file(&world, "population.csv"));
    assert_eq!(people.len(), 20);
    assert!(people.iter().any(|it| it["sectors"] == "ships;tea"), "of what is listed");
    assert!(world.file("news.toml").is_none());
    assert!(!file(&world, "scenario.toml").contains("news-file"));
    let notes = world.notes.join("\n");
    assert!(notes.contains("made up") && notes.contains("no news"), "{notes}");
}

#[test]
fn our_own_layout_is_read() {
    let world = import(&plain(), &options(Layout::Plain)).expect("sound");
    let scenario = scenario(&world).expect("a scenario");
    let open: Vec<u32> = (1..=10).filter(|it| scenario.is_open(Day(*it))).collect();
    assert_eq!(open, [1, 2, 5, 6, 7, 8, 9], "prices, then the days of the week");
    let closes: Vec<String> =
        scenario.companies()[0].closes.iter().map(ToString::to_string).collect();
    assert_eq!(closes, ["9.50", "10.00"], "in order, at the nearest cent");
    assert_eq!(scenario.companies()[0].name, "X");
    assert_eq!(file(&world, "reference.csv"), "day,X,Y\n0,10.00,0.07\n1,10.20,\n2,,0.08\n");
    assert_eq!(
        file(&world, "population.csv"),
        "kind,cash,X,X:cost,Y,Y:cost,mood\nlazy,1000.00,200,9.50,0,,glad\nlazy,3000.00,0,,5,,\n\
         \"technical, small\",0.50,0,,10,,sad\n"
    );
    let kinds: Vec<(&str, &str, u32)> = scenario
        .kinds()
        .iter()
        .map(|it| (it.name.as_str(), it.profile.as_str(), it.traders))
        .collect();
    assert_eq!(kinds, [("lazy", "lazy", 2), ("technical, small", "bdi-technical", 1)]);
    let news: toml::Table = file(&world, "news.toml").parse().expect("sound");
    let first = news["news"][0].as_table().expect("a table");
    assert_eq!((first["day"].as_integer(), first["days"].as_integer()), (Some(1), Some(1)));
    let second = news["news"][1].as_table().expect("a table");
    assert_eq!((second["day"].as_integer(), second["size"].as_str()), (Some(3), Some("0.50")));
    assert_eq!(second["sectors"].as_array().map(Vec::len), Some(2));
}

#[test]
fn prices_alone_are_enough() {
    let tables: Tables = plain().into_iter().take(1).collect();
    let world = import(&tables, &options(Layout::Plain)).expect("sound");
    assert_eq!(scenario(&world).expect("a scenario").companies()[1].sector, "unknown");
}

/// A made-up population can be read as a user's own.
#[test]
fn what_is_written_can_be_read() {
    let tables: Tables = plain().into_iter().take(2).collect();
    let world = import(&tables, &options(Layout::Plain)).expect("sound");
    let people = file(&world, "population.csv").to_owned();
    assert_eq!(codes(&people), ["X", "Y"]);
    let again: Tables = tables.into_iter().chain([("holders.csv", people.clone())]).collect();
    let again = import(&again, &options(Layout::Plain)).expect("sound");
    assert_eq!(file(&again, "population.csv"), people);
}

const NAMES: [&str; 10] = [
    "stock_data.csv",
    "stock_profile.csv",
    "trading_days.csv",
    "profiles.csv",
    "belief.csv",
    "news.csv",
    "prices.csv",
    "companies.csv",
    "calendar.csv",
    "holders.csv",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever is given is read or refused in words.
    #[test]
    fn no_bytes_bring_it_down(
        tables in prop::collection::vec((0..NAMES.len(), prop::collection::vec(any::<u8>(), 0..200)), 0..4),
        layout in prop::sample::select(vec![Layout::Published, Layout::Plain]),
    ) {
        let tables = tables.iter().map(|(name, bytes)| (NAMES[*name], bytes.as_slice()));
        if let Err(error) = World::import(tables, &options(layout)) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    /// Sound tables with a few bytes changed come further before they are refused.
    #[test]
    fn no_changed_bytes_bring_it_down(
        is_plain in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (tables, layout) =
            if is_plain { (plain(), Layout::Plain) } else { (published(), Layout::Published) };
        let mut tables: Vec<(&str, Vec<u8>)> =
            tables.into_iter().map(|it| (it.0, it.1.into_bytes())).collect();
        for (table, place, byte) in changes {
            let table = table.index(tables.len());
            let bytes = &mut tables[table].1;
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let tables = tables.iter().map(|(name, bytes)| (*name, bytes.as_slice()));
        if let Ok(world) = World::import(tables, &options(layout))
            && let Err(error) = scenario(&world)
        {
            prop_assert!(false, "{error}\n{}", file(&world, "scenario.toml"));
        }
    }
}
