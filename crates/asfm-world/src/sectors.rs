//! The ten invented indices: sectors of a stock exchange, as shares that can be traded.

/// An index, and what its history is drawn from.
pub(crate) struct Sector {
    pub(crate) code: &'static str,
    pub(crate) index: &'static str,
    pub(crate) name: &'static str,
    pub(crate) business: &'static str,
    /// Its part of the whole market, in tenths of a percent.
    pub(crate) weight: u32,
    /// How far it goes with the market.
    pub(crate) beta: f64,
    /// The standard deviation of its daily changes, in percent.
    pub(crate) volatility: f64,
    /// About what it costs: over earnings, over book value; dividends over price.
    pub(crate) multiples: [f64; 3],
}

/// In the order of the published table of TwinMarket; the weights are about those of the fifty
/// largest companies of Shanghai by sector, all else is made up.
pub(crate) const SECTORS: [Sector; 10] = [
    Sector {
        code: "HAUL",
        index: "Transport and Logistics Index",
        name: "transport and logistics",
        business: "Ports, railways and freight carriers.",
        weight: 22,
        beta: 0.9,
        volatility: 1.5,
        multiples: [14.2, 1.35, 0.028],
    },
    Sector {
        code: "MAKE",
        index: "Manufacturing Index",
        name: "manufacturing",
        business: "Machinery, vehicles and their parts.",
        weight: 89,
        beta: 1.0,
        volatility: 1.1,
        multiples: [18.6, 2.10, 0.017],
    },
    Sector {
        code: "CHEM",
        index: "Chemicals and Pharmaceuticals Index",
        name: "chemicals and pharmaceuticals",
        business: "Basic chemicals, medicines and devices.",
        weight: 65,
        beta: 1.0,
        volatility: 1.5,
        multiples: [24.9, 3.05, 0.012],
    },
    Sector {
        code: "BILD",
        index: "Infrastructure and Engineering Index",
        name: "infrastructure and engineering",
        business: "Builders of roads, bridges and power lines.",
        weight: 31,
        beta: 0.9,
        volatility: 1.8,
        multiples: [8.3, 0.82, 0.034],
    },
    Sector {
        code: "REAL",
        index: "Real Estate Index",
        name: "real estate",
        business: "Developers and managers of housing and offices.",
        weight: 10,
        beta: 1.2,
        volatility: 1.6,
        multiples: [9.7, 0.74, 0.031],
    },
    Sector {
        code: "TOUR",
        index: "Tourism and Services Index",
        name: "tourism and services",
        business: "Hotels, duty-free shops and travel agencies.",
        weight: 9,
        beta: 1.1,
        volatility: 1.7,
        multiples: [33.5, 4.20, 0.009],
    },
    Sector {
        code: "CONS",
        index: "Consumer Goods Index",
        name: "consumer goods",
        business: "Spirits, food and household appliances.",
        weight: 182,
        beta: 0.9,
        volatility: 1.2,
        multiples: [27.8, 6.30, 0.019],
    },
    Sector {
        code: "TECH",
        index: "Technology and Telecommunication Index",
        name: "technology and telecommunication",
        business: "Chips, software and networks.",
        weight: 130,
        beta: 1.3,
        volatility: 1.9,
        multiples: [41.3, 3.95, 0.008],
    },
    Sector {
        code: "MINE",
        index: "Energy and Resources Index",
        name: "energy and resources",
        business: "Oil, coal and metals.",
        weight: 132,
        beta: 0.7,
        volatility: 1.2,
        multiples: [7.9, 1.08, 0.052],
    },
    Sector {
        code: "BANK",
        index: "Financial Services Index",
        name: "financial services",
        business: "Banks, insurers and brokers.",
        weight: 330,
        beta: 0.9,
        volatility: 1.2,
        multiples: [6.1, 0.66, 0.047],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_a_whole() {
        assert_eq!(SECTORS.iter().map(|it| it.weight).sum::<u32>(), 1_000);
    }
}
