//! Diffusion against definitions spelt out.

use asfm_social::diffusion::{Repost, gini, reproduction, share_of_top};
use asfm_social::{Exposure, PostId, UserId};
use proptest::prelude::*;

proptest! {
    #[test]
    fn gini_is_half_the_mean_difference_over_the_mean(counts in prop::collection::vec(0_u64..50, 0..30)) {
        let n = counts.len() as f64;
        let sum: u64 = counts.iter().sum();
        let differences: u64 =
            counts.iter().flat_map(|a| counts.iter().map(|b| a.abs_diff(*b))).sum();
        match gini(&counts) {
            None => prop_assert_eq!(sum, 0),
            Some(found) => {
                let expected = differences as f64 / (2.0 * n * sum as f64);
                prop_assert!((found - expected).abs() < 1e-12);
                prop_assert!((0.0..1.0).contains(&found));
            }
        }
    }

    #[test]
    fn the_top_has_its_share(counts in prop::collection::vec(0_u64..50, 0..30), n in 0_usize..40) {
        let sum: u64 = counts.iter().sum();
        let mut left = counts.clone();
        let mut top = 0;
        for _ in 0..n {
            if let Some((at, most)) = left.iter().copied().enumerate().max_by_key(|it| it.1) {
                top += most;
                left.remove(at);
            }
        }
        let expected = (sum > 0).then(|| top as f64 / sum as f64);
        prop_assert_eq!(share_of_top(&counts, n), expected);
    }

    #[test]
    fn reproduction_counts_pairs(
        shown in prop::collection::vec((0_u32..5, 1_u32..5), 0..30),
        reposts in prop::collection::vec((0_u32..6, 1_u32..6), 0..30),
    ) {
        let exposures: Vec<_> = shown
            .iter()
            .map(|it| Exposure { reader: UserId(it.0), post: PostId(it.1), day: 1, rank: 1 })
            .collect();
        let passed: Vec<_> =
            reposts.iter().map(|it| Repost { user: UserId(it.0), of: PostId(it.1) }).collect();
        let (mut posts, mut exposed, mut passed_on) = (0, 0, 0);
        for post in 1..5 {
            posts += u64::from(shown.iter().any(|it| it.1 == post));
            for user in 0..5 {
                let is_exposed = shown.contains(&(user, post));
                exposed += u64::from(is_exposed);
                passed_on += u64::from(is_exposed && reposts.contains(&(user, post)));
            }
        }
        match reproduction(&exposures, &passed) {
            None => prop_assert!(shown.is_empty()),
            Some(found) => {
                prop_assert_eq!((found.posts, found.exposed, found.passed_on), (posts, exposed, passed_on));
                prop_assert!((found.number() - passed_on as f64 / posts as f64).abs() < 1e-12);
            }
        }
    }
}
