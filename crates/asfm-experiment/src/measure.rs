//! What can be measured of a run: the words of a file, what they mean, and what they take.

use asfm_measure::Readings;

use crate::statistic::Unit;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// One of [`Readings::NAMES`].
    Reading(usize),
    /// Of orders, traders and single stocks.
    Plain(Plain),
    /// Of an index of stocks.
    Index(Index),
    /// Of traders who talk to each other.
    Crowd(Crowd),
}

/// What is measured of orders, traders and single stocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plain {
    OneSidedness,
    Return,
    Slope,
    Orders,
    Gain,
    FillRate,
    Shortfall,
    GainByCapital,
    FillRateByCapital,
    ShortfallByCapital,
    Gini,
    GiniGrowth,
    TurnoverReturn,
}

/// What is measured of an index of stocks, and of how orders move prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    Volume,
    Volatility,
    Kurtosis,
    ExcessKurtosis,
    AcfReturns,
    AcfAbs,
    Leverage,
    VolumeVolatility,
    Drawdown,
    Bsadf,
    RmseFlat,
    SellBuy,
    SellBuyCount,
    SellBuyValue,
    PriceImpact,
    PriceImpactGap,
    PriceImpactFit,
}

/// What is measured of traders who talk to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowd {
    Belief,
    /// One of the five dimensions.
    BeliefIn(usize),
    BeliefSpread,
    BeliefBimodality,
    BeliefIndex,
    BeliefLeads,
    IndexLeads,
    Posts,
    Reposts,
    Likes,
    Unlikes,
    Exposures,
    LikeShare,
    TopAuthors,
    ReactionGini,
    LikesOfLeaders,
    CascadeSize,
    CascadeDepth,
    CascadeBreadth,
    CascadeHalf,
    Density,
    Degree,
    Isolates,
    Assortativity,
    Pgr,
    Plr,
    PgrPlr,
    Holdings,
    Concentration,
    Lottery,
}

const STOCKS: &[&str] = &["from", "to", "sector", "stocks"];
const INDEX: &[&str] = &["from", "to", "sector", "stocks", "weights"];
const DAYS: &[&str] = &["from", "to"];
const VIEWS: &[&str] = &["from", "to", "kind"];
const KIND: &[&str] = &["kind"];

/// A measure with its word, its meaning, the settings that it takes and its unit.
type Row = (Measure, &'static str, &'static str, &'static [&'static str], Unit);

const fn plain(
    it: Plain,
    word: &'static str,
    what: &'static str,
    takes: &'static [&'static str],
    unit: Unit,
) -> Row {
    (Measure::Plain(it), word, what, takes, unit)
}

const fn index(
    it: Index,
    word: &'static str,
    what: &'static str,
    takes: &'static [&'static str],
    unit: Unit,
) -> Row {
    (Measure::Index(it), word, what, takes, unit)
}

const fn crowd(
    it: Crowd,
    word: &'static str,
    what: &'static str,
    takes: &'static [&'static str],
    unit: Unit,
) -> Row {
    (Measure::Crowd(it), word, what, takes, unit)
}

/// The measures beside the readings.
#[rustfmt::skip]
const MEASURES: &[Row] = &[
    plain(Plain::OneSidedness, "one-sidedness", "|buys - sells| / (buys + sells) by number of orders, mean of stocks and days", STOCKS, Unit::Share),
    plain(Plain::Return, "return", "close of day `to` over close of day `from`, less 1, mean of stocks", STOCKS, Unit::Share),
    plain(Plain::Slope, "slope", "least-squares slope a trading day of the mean cumulative return, days `from` to `to`", STOCKS, Unit::Share),
    plain(Plain::Orders, "orders", "accepted orders after day `from` up to day `to`", STOCKS, Unit::Count),
    plain(Plain::Gain, "gain", "wealth at the end over capital, less 1, mean of traders", KIND, Unit::Share),
    plain(Plain::FillRate, "fill-rate", "executed of ordered shares", KIND, Unit::Share),
    plain(Plain::Shortfall, "shortfall", "paid beyond, or received below, the previous close, as a share of that value", KIND, Unit::Share),
    plain(Plain::GainByCapital, "gain-by-capital", "rank correlation of gain and capital over traders", &[], Unit::Correlation),
    plain(Plain::FillRateByCapital, "fill-rate-by-capital", "rank correlation of fill rate and capital over traders", &[], Unit::Correlation),
    plain(Plain::ShortfallByCapital, "shortfall-by-capital", "rank correlation of shortfall and capital over traders", &[], Unit::Correlation),
    plain(Plain::Gini, "gini", "Gini coefficient of wealth at the end over traders", KIND, Unit::Other),
    plain(Plain::GiniGrowth, "gini-growth", "Gini coefficient of wealth at the end, less that of capital", KIND, Unit::Other),
    plain(Plain::TurnoverReturn, "turnover-return", "rank correlation over traders of turnover (half of what was bought and sold over capital) and gain", KIND, Unit::Correlation),
    index(Index::Volume, "volume", "traded shares a trading day", STOCKS, Unit::Count),
    index(Index::Volatility, "volatility", "standard deviation of the index's daily log returns", INDEX, Unit::Share),
    index(Index::Kurtosis, "kurtosis", "kurtosis of the index's daily log returns; 3 under a normal law", INDEX, Unit::Other),
    index(Index::ExcessKurtosis, "excess-kurtosis", "the same less 3", INDEX, Unit::Other),
    index(Index::AcfReturns, "acf-returns", "first autocorrelation of the index's daily log returns", INDEX, Unit::Correlation),
    index(Index::AcfAbs, "acf-abs", "mean autocorrelation of their magnitudes, lags 1 to 10", INDEX, Unit::Correlation),
    index(Index::Leverage, "leverage", "mean correlation of a return with the magnitudes of the ten next ones", INDEX, Unit::Correlation),
    index(Index::VolumeVolatility, "volume-volatility", "rank correlation of the magnitude of the index's return and the shares traded, over days", INDEX, Unit::Correlation),
    index(Index::Drawdown, "drawdown", "deepest fall of the index from its highest value before", INDEX, Unit::Share),
    index(Index::Bsadf, "bsadf", "share of trading days in explosive episodes of the log index (BSADF above its 95 % value for at least ln T days)", INDEX, Unit::Share),
    index(Index::RmseFlat, "rmse-flat", "root mean square distance of the index from its start, in shares of it", INDEX, Unit::Share),
    index(Index::SellBuy, "sell-buy", "shares offered over shares asked for", STOCKS, Unit::Other),
    index(Index::SellBuyCount, "sell-buy-count", "sell orders over buy orders", STOCKS, Unit::Other),
    index(Index::SellBuyValue, "sell-buy-value", "value of sell orders over value of buy orders, at their limits", STOCKS, Unit::Other),
    index(Index::PriceImpact, "price-impact", "least-squares slope over stock-days of the return on 0.03 x InvPhi(B / (B + S)), B and S the shares asked for and offered", STOCKS, Unit::Other),
    index(Index::PriceImpactGap, "price-impact-gap", "that slope less 1: nothing where limits are drawn", STOCKS, Unit::Other),
    index(Index::PriceImpactFit, "price-impact-fit", "R^2 of that line", STOCKS, Unit::Other),
    crowd(Crowd::Belief, "belief", "score of belief (0 to 100, mean of five dimensions), mean of traders and days", VIEWS, Unit::Other),
    crowd(Crowd::BeliefIn(0), "belief-trend", "the same of one dimension: where prices go", VIEWS, Unit::Other),
    crowd(Crowd::BeliefIn(1), "belief-valuation", "how cheap the market is", VIEWS, Unit::Other),
    crowd(Crowd::BeliefIn(2), "belief-economy", "how the economy does", VIEWS, Unit::Other),
    crowd(Crowd::BeliefIn(3), "belief-sentiment", "how others feel", VIEWS, Unit::Other),
    crowd(Crowd::BeliefIn(4), "belief-confidence", "one's own skill", VIEWS, Unit::Other),
    crowd(Crowd::BeliefSpread, "belief-spread", "standard deviation of scores over traders, mean of days", VIEWS, Unit::Other),
    crowd(Crowd::BeliefBimodality, "belief-bimodality", "Sarle's bimodality coefficient of scores, mean of days; 5/9 if all scores are equally frequent", VIEWS, Unit::Other),
    crowd(Crowd::BeliefIndex, "belief-index", "correlation over trading days of the change of the mean score and the index's return", INDEX, Unit::Correlation),
    crowd(Crowd::BeliefLeads, "belief-leads", "the same with the return of the next trading day", INDEX, Unit::Correlation),
    crowd(Crowd::IndexLeads, "index-leads", "the same with the return of the trading day before", INDEX, Unit::Correlation),
    crowd(Crowd::Posts, "posts", "posts, without reposts", DAYS, Unit::Count),
    crowd(Crowd::Reposts, "reposts", "reposts", DAYS, Unit::Count),
    crowd(Crowd::Likes, "likes", "likes", DAYS, Unit::Count),
    crowd(Crowd::Unlikes, "unlikes", "unlikes", DAYS, Unit::Count),
    crowd(Crowd::Exposures, "exposures", "posts that were shown, each time counted", DAYS, Unit::Count),
    crowd(Crowd::LikeShare, "like-share", "likes of likes and unlikes", DAYS, Unit::Share),
    crowd(Crowd::TopAuthors, "top-authors", "share of reactions that the tenth of traders received that received most", &[], Unit::Share),
    crowd(Crowd::ReactionGini, "reaction-gini", "Gini coefficient of received reactions over traders", &[], Unit::Other),
    crowd(Crowd::LikesOfLeaders, "likes-of-leaders", "rank correlation over traders of received likes and mean degree", &[], Unit::Correlation),
    crowd(Crowd::CascadeSize, "cascade-size", "posts in the largest chain of reposts", &[], Unit::Count),
    crowd(Crowd::CascadeDepth, "cascade-depth", "levels below its root", &[], Unit::Count),
    crowd(Crowd::CascadeBreadth, "cascade-breadth", "posts of its largest level", &[], Unit::Count),
    crowd(Crowd::CascadeHalf, "cascade-half", "days until half of its reposts were made", &[], Unit::Count),
    crowd(Crowd::Density, "density", "links over pairs of traders in the trade-similarity network, mean of days", DAYS, Unit::Share),
    crowd(Crowd::Degree, "degree", "links per trader, mean of days", DAYS, Unit::Other),
    crowd(Crowd::Isolates, "isolates", "share of traders without links, mean of days", DAYS, Unit::Share),
    crowd(Crowd::Assortativity, "assortativity", "correlation of scores over the two ends of a link, mean of days", DAYS, Unit::Correlation),
    crowd(Crowd::Pgr, "pgr", "proportion of gains realised, pooled over traders", KIND, Unit::Share),
    crowd(Crowd::Plr, "plr", "proportion of losses realised, pooled over traders", KIND, Unit::Share),
    crowd(Crowd::PgrPlr, "pgr-plr", "proportion of gains less proportion of losses realised", KIND, Unit::Share),
    crowd(Crowd::Holdings, "holdings", "stocks held at the end, mean of traders", KIND, Unit::Other),
    crowd(Crowd::Concentration, "concentration", "Herfindahl index of the value of stocks held at the end, mean of traders that hold any", KIND, Unit::Other),
    crowd(Crowd::Lottery, "lottery", "share of the value of stocks held at the end in the most volatile third of all stocks, mean of traders that hold any", KIND, Unit::Share),
];

/// Every measure: its word and what it means.
///
/// ```
/// assert!(asfm_experiment::measures().any(|(word, _)| word == "return"));
/// ```
pub fn measures() -> impl Iterator<Item = (&'static str, &'static str)> {
    let readings = Readings::NAMES.into_iter().map(|it| (it, "as `asfm stats run` names it"));
    readings.chain(MEASURES.iter().map(|it| (it.1, it.2)))
}

impl Measure {
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        let reading = Readings::NAMES.iter().position(|it| *it == word).map(Self::Reading);
        reading.or_else(|| MEASURES.iter().find(|it| it.1 == word).map(|it| it.0))
    }

    fn row(self) -> Option<&'static Row> {
        MEASURES.iter().find(|it| it.0 == self)
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Reading(at) => Readings::NAMES[at],
            it => it.row().map_or("", |it| it.1),
        }
    }

    pub(crate) fn takes(self) -> &'static [&'static str] {
        self.row().map_or(&[], |it| it.3)
    }

    pub(crate) fn unit(self) -> Unit {
        match self {
            Self::Reading(at) if Readings::NAMES[at] == "ON" => Unit::Count,
            it => it.row().map_or(Unit::Share, |it| it.4),
        }
    }
}
