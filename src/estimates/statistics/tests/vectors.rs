//! Every value of `stats-vectors.json`, made with scipy and statsmodels, beside the published data. A case that has no
//! test here fails, and so does an expected value that its test neither compares nor sets aside with a reason.

mod cases;
mod vector;

use vector::{Vector, file};

macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        /// The cases that have a test.
        const TESTED: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                let Some(file) = file() else { return };
                let vector = Vector::of(&file, stringify!($name));
                cases::$name(&vector);
                vector.nothing_is_left();
            }
        )*
    };
}

cases![
    boot_seeds5,
    boot_seeds3,
    boot_seeds10_binaryish,
    boot_binary_7_of_20,
    proportion_ci,
    clustered_se,
    clustered_se_inspect_golden,
    two_way_clustered_se,
    hierarchical_bootstrap_se,
    paired_difference,
    mcnemar_exact,
    pearson_fisher_z,
    multiple_comparisons,
    power_two_proportions,
    two_proportions,
    judge_logprob_0_100,
    sequential_interval,
    quantiles,
];

#[test]
fn every_case_of_the_file_has_a_test() {
    let Some(file) = file() else { return };
    let cases: Vec<&str> =
        file["vectors"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap()).collect();
    assert_eq!(cases, TESTED);
}
