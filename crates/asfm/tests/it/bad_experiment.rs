//! Experiments with one mistake each: what is said, and that nothing is planned.

use insta::assert_snapshot;

use crate::support::{EXPERIMENT, asfm, failure, laboratory};

/// Plans the experiment with one piece of its text replaced.
fn told(from: &str, to: &str) -> String {
    let folder = laboratory();
    let at = folder.path();
    assert!(EXPERIMENT.contains(from), "{from}");
    std::fs::write(at.join("fees.toml"), EXPERIMENT.replacen(from, to, 1)).expect("written");
    let output = asfm(at, &["experiment", "plan", "fees.toml", "--out", "out"]);
    assert!(output.stdout.is_empty() && !at.join("out").exists(), "nothing is planned");
    failure(at, &output)
}

#[test]
fn mistakes_at_the_top_are_shown() {
    assert_snapshot!(told("name = \"fees\"", "name = \"the fees\""), @r#"
    exit 2
    error: fees.toml:1:8: `name`: `the fees` is no name: expected at most 80 letters, digits, `-`, `_` and `.`, and no `.` in front
    ╭─[fees.toml:1:8]
     1 │ name = "the fees"
       ·        ──────────
     2 │ scenario = "market.toml"
       ╰────
    "#);
    assert_snapshot!(told("scenario = \"market.toml\"", "scenario = \"markt.toml\""), @r#"
    exit 2
    error: fees.toml:2:12: `scenario`: cannot read `markt.toml`: No such file or directory (os error 2)
    ╭─[fees.toml:2:12]
     1 │ name = "fees"
     2 │ scenario = "markt.toml"
       ·            ────────────
     3 │ seeds = 6
       ╰────
    "#);
    assert_snapshot!(told("nulls = [\"zi\"]", "nuls = [\"zi\"]"), @r#"
    exit 2
    error: fees.toml:4:1: `nuls`: unknown field `nuls`, expected one of `name`, `title`, `about`, `scenario`, `seeds`, `nulls`, `arm`, `statistic`, `hypothesis`, `figure`
    hint: did you mean `nulls`?
    ╭─[fees.toml:4:1]
     3 │ seeds = 6
     4 │ nuls = ["zi"]
       · ────
     5 │ 
       ╰────
    "#);
    assert_snapshot!(told("nulls = [\"zi\"]", "nulls = [\"noise\"]"), @r#"
    exit 2
    error: fees.toml:4:10: `nulls[0]`: unknown null `noise`, expected one of `zi`, `rules`
    ╭─[fees.toml:4:10]
     3 │ seeds = 6
     4 │ nulls = ["noise"]
       ·          ───────
     5 │ 
       ╰────
    "#);
    assert_snapshot!(told("seeds = 6", "seeds = 0"), @r#"
    exit 2
    error: fees.toml:3:9: `seeds`: invalid value: integer `0`, expected how many seeds (15), a range with both ends ("1..15"), or a list
    ╭─[fees.toml:3:9]
     2 │ scenario = "market.toml"
     3 │ seeds = 0
       ·         ─
     4 │ nulls = ["zi"]
       ╰────
    "#);
    assert_snapshot!(told("seeds = 6", "seeds = \"6-9\""), @r#"
    exit 2
    error: fees.toml:3:9: `seeds`: invalid value: string "6-9", expected how many seeds (15), a range with both ends ("1..15"), or a list
    ╭─[fees.toml:3:9]
     2 │ scenario = "market.toml"
     3 │ seeds = "6-9"
       ·         ─────
     4 │ nulls = ["zi"]
       ╰────
    "#);
}

#[test]
fn mistakes_in_arms_are_shown() {
    assert_snapshot!(told("name = \"fee\"\n", "name = \"free\"\n"), @r#"
    exit 2
    error: fees.toml:10:8: `arm[1].name`: two arms are named `free`
    ╭─[fees.toml:10:8]
      9 │ [[arm]]
     10 │ name = "free"
        ·        ──────
     11 │ set = { "market.fee" = "0.01" }
        ╰────
    "#);
    assert_snapshot!(told("from = \"free\", day", "from = \"fre\", day"), @r#"
    exit 2
    error: fees.toml:15:10: `arm `news`: branch`: unknown arm `fre`, expected one of `free`, `fee`, `news`
    hint: did you mean `free`?
    ╭─[fees.toml:15:10]
     14 │ name = "news"
     15 │ branch = { from = "fre", day = 3 }
        ·          ─────────────────────────
     16 │ set = { news = [{ day = 3, text = "The rate is cut.", topic = "interest-rate", size = "-0.005" }] }
        ╰────
    "#);
    assert_snapshot!(told("day = 3 }\nset", "day = 6 }\nset"), @r#"
    exit 2
    error: fees.toml:15:10: `arm `news`: branch.day`: expected at most 5, found 6
    ╭─[fees.toml:15:10]
     14 │ name = "news"
     15 │ branch = { from = "free", day = 6 }
        ·          ──────────────────────────
     16 │ set = { news = [{ day = 3, text = "The rate is cut.", topic = "interest-rate", size = "-0.005" }] }
        ╰────
    "#);
    assert_snapshot!(told("\"market.fee\" = \"0.01\"", "\"market.fea\" = \"0.01\""), @r#"
    exit 2
    error: fees.toml: arm `fee`: market.toml (as the arm changes it):22:1: `market.fea`: unknown field `fea`, expected one of `tick`, `lot`, `sessions`, `continuous-rounds`, `closed-sessions`, `auction`, `tie-break`, `continuous`, `price-limit`, `resubmission`, `operations`, `operations-per`, `order-life`, `priority`, `self-trade`, `close`, `no-trade-close`, `settlement`, `fee`, `stamp-tax`, `cash-interest`, `history-days`, `depth-levels`, `large-trade`
    hint: did you mean `fee`?
    ╭─[fees.toml: arm `fee`: market.toml (as the arm changes it):22:1]
     21 │ [market]
     22 │ fea = "0.01"
        · ───
        ╰────
    "#);
    assert_snapshot!(told("\"market.fee\" = \"0.01\"", "\"days.long\" = 3"), @r#"
    exit 2
    error: fees.toml:10:8: `arm `fee`: set.days.long`: the key `long` belongs to no table in market.toml, for 3
    ╭─[fees.toml:10:8]
      9 │ [[arm]]
     10 │ name = "fee"
        ·        ─────
     11 │ set = { "days.long" = 3 }
        ╰────
    "#);
    assert_snapshot!(told("\"market.fee\" = \"0.01\"", "\"market.fee\" = \"2\""), @r#"
    exit 2
    error: fees.toml: arm `fee`: market.toml (as the arm changes it):22:7: `market.fee`: expected a share between 0 and 1
    ╭─[fees.toml: arm `fee`: market.toml (as the arm changes it):22:7]
     21 │ [market]
     22 │ fee = "2"
        ·       ───
        ╰────
    "#);
    assert_snapshot!(told("set = { \"market.fee\" = \"0.01\" }", "set = { \"market.fee\" = \"{x}\" }\nvary.x = []"), @r#"
    exit 2
    error: fees.toml:12:10: `arm[1].vary.x`: expected at least one value
    ╭─[fees.toml:12:10]
     11 │ set = { "market.fee" = "{x}" }
     12 │ vary.x = []
        ·          ──
     13 │ 
        ╰────
    "#);
    assert_snapshot!(told("name = \"news\"\n", "name = \"news\"\nmodel-only = true\n"), @r#"
    exit 2
    error: fees.toml:15:1: `arm[2].model-only`: unknown field `model-only`, expected one of `name`, `title`, `scenario`, `set`, `vary`, `zip`, `branch`, `models-only`, `seed-offset`
    hint: did you mean `models-only`?
    ╭─[fees.toml:15:1]
     14 │ name = "news"
     15 │ model-only = true
        · ──────────
     16 │ branch = { from = "free", day = 3 }
        ╰────
    "#);
}

#[test]
fn mistakes_in_statistics_are_shown() {
    assert_snapshot!(told("measure = \"return\"", "measure = \"returns\""), @r#"
    exit 2
    error: fees.toml:19:11: `statistic.rise.measure`: unknown measure `returns`, expected one of `ON`, `OER`, `OER_single_counted`, `OER_by_order_count_any_fill`, `OER_by_order_count_full_fill`, `OER_buy`, `OER_sell`, `TR`, `TR_mean_of_stocks`, `TR_per_day`, `VO`, `VO_equal_weight_index`, `VO_ddof0`, `VO_close_mean_of_trades`, `one-sidedness`, `return`, `slope`, `orders`, `gain`, `fill-rate`, `shortfall`, `gain-by-capital`, `fill-rate-by-capital`, `shortfall-by-capital`, `gini`, `gini-growth`, `turnover-return`, `volume`, `volatility`, `kurtosis`, `excess-kurtosis`, `acf-returns`, `acf-abs`, `leverage`, `volume-volatility`, `drawdown`, `bsadf`, `rmse-flat`, `sell-buy`, `sell-buy-count`, `sell-buy-value`, `price-impact`, `price-impact-gap`, `price-impact-fit`, `belief`, `belief-trend`, `belief-valuation`, `belief-economy`, `belief-sentiment`, `belief-confidence`, `belief-spread`, `belief-bimodality`, `belief-index`, `belief-leads`, `index-leads`, `posts`, `reposts`, `likes`, `unlikes`, `exposures`, `like-share`, `top-authors`, `reaction-gini`, `likes-of-leaders`, `cascade-size`, `cascade-depth`, `cascade-breadth`, `cascade-half`, `density`, `degree`, `isolates`, `assortativity`, `pgr`, `plr`, `pgr-plr`, `holdings`, `concentration`, `lottery`
    hint: did you mean `return`?
    ╭─[fees.toml:19:11]
     18 │ [statistic.rise]
     19 │ measure = "returns"
        ·           ─────────
     20 │ sector = "energy"
        ╰────
    "#);
    assert_snapshot!(told("sector = \"energy\"", "sector = \"enargy\""), @r#"
    exit 2
    error: fees.toml:18:1: `statistic.rise.sector`: arm `free` has no company of sector `enargy`, expected one of `energy`, `financials`
    ╭─[fees.toml:18:1]
     17 │ 
     18 │ [statistic.rise]
        · ────────────────
     19 │ measure = "return"
        ╰────
    "#);
    assert_snapshot!(told("to = 4", "to = 40"), @r#"
    exit 2
    error: fees.toml:18:1: `statistic.rise.to`: arm `free` has 5 days, found day 40
    ╭─[fees.toml:18:1]
     17 │ 
     18 │ [statistic.rise]
        · ────────────────
     19 │ measure = "return"
        ╰────
    "#);
    assert_snapshot!(told("from = 1\nto = 4", "from = 4\nto = 1"), @r#"
    exit 2
    error: fees.toml:18:1: `statistic.rise`: expected `from` before `to`, found 4 and 1
    ╭─[fees.toml:18:1]
     17 │ 
     18 │ [statistic.rise]
        · ────────────────
     19 │ measure = "return"
        ╰────
    "#);
    assert_snapshot!(told("measure = \"return\"", "measure = \"gain\""), @r#"
    exit 2
    error: fees.toml:18:1: `statistic.rise`: `gain` does not take `from`; what it takes: kind
    ╭─[fees.toml:18:1]
     17 │ 
     18 │ [statistic.rise]
        · ────────────────
     19 │ measure = "gain"
        ╰────
    "#);
    assert_snapshot!(told("to = 4", "until = 4"), @"
    exit 2
    error: fees.toml:22:1: `statistic.rise.until`: unknown field `until`, expected one of `measure`, `log`, `from`, `to`, `sector`, `stocks`, `kind`, `weights`, `less`
    ╭─[fees.toml:22:1]
     21 │ from = 1
     22 │ until = 4
        · ─────
     23 │ 
        ╰────
    ");
}

#[test]
fn mistakes_in_hypotheses_are_shown() {
    assert_snapshot!(told("statistic = \"rise\"", "statistic = \"rice\""), @r#"
    exit 2
    error: fees.toml:37:13: `hypothesis[1].statistic`: unknown statistic `rice`, expected one of `rise`, `log TR`, `ON`, `OER`, `OER_single_counted`, `OER_by_order_count_any_fill`, `OER_by_order_count_full_fill`, `OER_buy`, `OER_sell`, `TR`, `TR_mean_of_stocks`, `TR_per_day`, `VO`, `VO_equal_weight_index`, `VO_ddof0`, `VO_close_mean_of_trades`, `one-sidedness`, `return`, `slope`, `orders`, `gain`, `fill-rate`, `shortfall`, `gain-by-capital`, `fill-rate-by-capital`, `shortfall-by-capital`, `gini`, `gini-growth`, `turnover-return`, `volume`, `volatility`, `kurtosis`, `excess-kurtosis`, `acf-returns`, `acf-abs`, `leverage`, `volume-volatility`, `drawdown`, `bsadf`, `rmse-flat`, `sell-buy`, `sell-buy-count`, `sell-buy-value`, `price-impact`, `price-impact-gap`, `price-impact-fit`, `belief`, `belief-trend`, `belief-valuation`, `belief-economy`, `belief-sentiment`, `belief-confidence`, `belief-spread`, `belief-bimodality`, `belief-index`, `belief-leads`, `index-leads`, `posts`, `reposts`, `likes`, `unlikes`, `exposures`, `like-share`, `top-authors`, `reaction-gini`, `likes-of-leaders`, `cascade-size`, `cascade-depth`, `cascade-breadth`, `cascade-half`, `density`, `degree`, `isolates`, `assortativity`, `pgr`, `plr`, `pgr-plr`, `holdings`, `concentration`, `lottery`
    hint: did you mean `rise`? `[statistic.NAME]` makes one; a measure without settings is named directly, as `ON` or `log ON`
    ╭─[fees.toml:37:13]
     36 │ claim = "News lifts energy."
     37 │ statistic = "rice"
        ·             ──────
     38 │ of = "news"
        ╰────
    "#);
    assert_snapshot!(told("of = \"news\"", "of = \"olds\""), @r#"
    exit 2
    error: fees.toml:38:6: `hypothesis[1].of`: unknown arm `olds`, expected one of `free`, `fee`, `news`
    ╭─[fees.toml:38:6]
     37 │ statistic = "rise"
     38 │ of = "olds"
        ·      ──────
     39 │ against = "free"
        ╰────
    "#);
    assert_snapshot!(told("direction = \"up\"\n", ""), @r#"
    exit 2
    error: fees.toml:35:6: `hypothesis[1].direction`: expected `up`, `down`, `change` or `none`, found nothing
    ╭─[fees.toml:35:6]
     34 │ [[hypothesis]]
     35 │ id = "H2"
        ·      ────
     36 │ claim = "News lifts energy."
        ╰────
    "#);
    assert_snapshot!(told("direction = \"up\"", "direction = \"higher\""), @r#"
    exit 2
    error: fees.toml:40:13: `hypothesis[1].direction`: unknown direction `higher`, expected one of `up`, `down`, `change`, `none`
    ╭─[fees.toml:40:13]
     39 │ against = "free"
     40 │ direction = "higher"
        ·             ────────
     41 │ smallest = 0.01
        ╰────
    "#);
    assert_snapshot!(told("smallest = 0.01", "smallest = 0"), @r#"
    exit 2
    error: fees.toml:41:12: `hypothesis[1].smallest`: expected a smallest effect above 0, found 0
    ╭─[fees.toml:41:12]
     40 │ direction = "up"
     41 │ smallest = 0
        ·            ─
     42 │ family = "fees"
        ╰────
    "#);
    assert_snapshot!(told("smallest = 0.01\n", ""), @r#"
    exit 2
    error: fees.toml:34:1: `hypothesis[1]`: missing field `smallest`
    ╭─[fees.toml:34:1]
     33 │ 
     34 │ [[hypothesis]]
        · ──────────────
     35 │ id = "H2"
        ╰────
    "#);
    assert_snapshot!(told("of = \"news\"", "of = \"news\"\norder = [\"free\", \"fee\", \"news\"]"), @r#"
    exit 2
    error: fees.toml:35:6: `hypothesis[1]`: expected one contrast, `of` (alone, with `against` or with `against-each`), `order` or `peak`, found `of`, `against`, `order`
    ╭─[fees.toml:35:6]
     34 │ [[hypothesis]]
     35 │ id = "H2"
        ·      ────
     36 │ claim = "News lifts energy."
        ╰────
    "#);
    assert_snapshot!(told("id = \"H2\"", "id = \"H1\""), @r#"
    exit 2
    error: fees.toml:35:6: `hypothesis[1].id`: two hypotheses have the id `H1`
    ╭─[fees.toml:35:6]
     34 │ [[hypothesis]]
     35 │ id = "H1"
        ·      ────
     36 │ claim = "News lifts energy."
        ╰────
    "#);
    assert_snapshot!(told("direction = \"up\"", "directon = \"up\""), @r#"
    exit 2
    error: fees.toml:40:1: `hypothesis[1].directon`: unknown field `directon`, expected one of `id`, `claim`, `source`, `statistic`, `of`, `against`, `against-each`, `order`, `peak`, `direction`, `smallest`, `family`, `paper`, `assumed`
    hint: did you mean `direction`?
    ╭─[fees.toml:40:1]
     39 │ against = "free"
     40 │ directon = "up"
        · ────────
     41 │ smallest = 0.01
        ╰────
    "#);
}

#[test]
fn mistakes_in_figures_are_shown() {
    assert_snapshot!(told("path = \"return\"\n", ""), @r#"
    exit 2
    error: fees.toml:46:6: `figure[0]`: expected one of `path`, `statistics` and `network`, found none
    ╭─[fees.toml:46:6]
     45 │ [[figure]]
     46 │ id = "1"
        ·      ───
     47 │ title = "Return"
        ╰────
    "#);
    assert_snapshot!(told("path = \"return\"", "path = \"price\""), @r#"
    exit 2
    error: fees.toml:48:8: `figure[0].path`: unknown path `price`, expected one of `return`, `gain`, `orders`, `belief`, `sell-buy`, `volume`, `density`, `posts`, `reposts`
    ╭─[fees.toml:48:8]
     47 │ title = "Return"
     48 │ path = "price"
        ·        ───────
     49 │ arms = ["free", "fee"]
        ╰────
    "#);
    assert_snapshot!(told("path = \"return\"", "path = \"return\"\nby = \"kind\""), @r#"
    exit 2
    error: fees.toml:49:6: `figure[0].by`: expected `sector` (returns, orders), `kind` (gains, orders, beliefs) or `author` (reposts), found `kind` for the path `return`
    ╭─[fees.toml:49:6]
     48 │ path = "return"
     49 │ by = "kind"
        ·      ──────
     50 │ arms = ["free", "fee"]
        ╰────
    "#);
    assert_snapshot!(told("arms = [\"free\", \"fee\"]", "arms = [\"free\", \"fees\"]"), @r#"
    exit 2
    error: fees.toml:49:8: `figure[0].arms`: unknown arm `fees`, expected one of `free`, `fee`, `news`
    hint: did you mean `fee`?
    ╭─[fees.toml:49:8]
     48 │ path = "return"
     49 │ arms = ["free", "fees"]
        ·        ────────────────
        ╰────
    "#);
    assert_snapshot!(told("path = \"return\"", "statistics = [\"rice\"]"), @r#"
    exit 2
    error: fees.toml:48:14: `figure[0].statistics`: unknown statistic `rice`, expected one of `rise`, `log TR`, `ON`, `OER`, `OER_single_counted`, `OER_by_order_count_any_fill`, `OER_by_order_count_full_fill`, `OER_buy`, `OER_sell`, `TR`, `TR_mean_of_stocks`, `TR_per_day`, `VO`, `VO_equal_weight_index`, `VO_ddof0`, `VO_close_mean_of_trades`, `one-sidedness`, `return`, `slope`, `orders`, `gain`, `fill-rate`, `shortfall`, `gain-by-capital`, `fill-rate-by-capital`, `shortfall-by-capital`, `gini`, `gini-growth`, `turnover-return`, `volume`, `volatility`, `kurtosis`, `excess-kurtosis`, `acf-returns`, `acf-abs`, `leverage`, `volume-volatility`, `drawdown`, `bsadf`, `rmse-flat`, `sell-buy`, `sell-buy-count`, `sell-buy-value`, `price-impact`, `price-impact-gap`, `price-impact-fit`, `belief`, `belief-trend`, `belief-valuation`, `belief-economy`, `belief-sentiment`, `belief-confidence`, `belief-spread`, `belief-bimodality`, `belief-index`, `belief-leads`, `index-leads`, `posts`, `reposts`, `likes`, `unlikes`, `exposures`, `like-share`, `top-authors`, `reaction-gini`, `likes-of-leaders`, `cascade-size`, `cascade-depth`, `cascade-breadth`, `cascade-half`, `density`, `degree`, `isolates`, `assortativity`, `pgr`, `plr`, `pgr-plr`, `holdings`, `concentration`, `lottery`
    hint: did you mean `rise`? `[statistic.NAME]` makes one; a measure without settings is named directly, as `ON` or `log ON`
    ╭─[fees.toml:48:14]
     47 │ title = "Return"
     48 │ statistics = ["rice"]
        ·              ────────
     49 │ arms = ["free", "fee"]
        ╰────
    "#);
    assert_snapshot!(told("title = \"Return\"", "titel = \"Return\""), @r#"
    exit 2
    error: fees.toml:47:1: `figure[0].titel`: unknown field `titel`, expected one of `id`, `title`, `caption`, `arms`, `path`, `by`, `only`, `from`, `marks`, `statistics`, `network`, `levels`, `axis`
    hint: did you mean `title`?
    ╭─[fees.toml:47:1]
     46 │ id = "1"
     47 │ titel = "Return"
        · ─────
     48 │ path = "return"
        ╰────
    "#);
}
