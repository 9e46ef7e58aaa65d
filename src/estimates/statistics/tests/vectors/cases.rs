use serde_json::Value as Json;

use super::vector::{Vector, numbers};
use crate::estimates::statistics::association::{Association, pearson, spearman};
use crate::estimates::statistics::bootstrap::{self, Resamples, percentile};
use crate::estimates::statistics::clusters::{clustered, two_way};
use crate::estimates::statistics::laws::{beta_quantile, normal_above, normal_quantile, t_above, t_reach};
use crate::estimates::statistics::means::{mean, paired, paired_by, welch};
use crate::estimates::statistics::power::{
    Questions, arcsine_samples, cohens_h, pooled_samples, share_power, share_power_by_h, unpooled_samples,
};
use crate::estimates::statistics::rating::{Quorum, Rating};
use crate::estimates::statistics::sequence::{Sequence, hoeffding};
use crate::estimates::statistics::shares::{self, McNemar, Share};
use crate::estimates::statistics::{Limits, families};
use crate::rows::stream::Stream;

/// How often the nested bootstrap is drawn here.
const DRAWS: u64 = 40_000;

type Adjustment = fn(&[f64]) -> Vec<f64>;

fn both(limits: Limits) -> [f64; 2] {
    [limits.low, limits.high]
}

fn share(counts: &Json) -> Share {
    Share::new(counts[0].as_u64().unwrap(), counts[1].as_u64().unwrap()).unwrap()
}

fn labels(list: &Json) -> Vec<String> {
    list.as_array().unwrap().iter().map(Json::to_string).collect()
}

pub(super) fn boot_seeds5(vector: &Vector) {
    boot_seeds(vector, 0.002);
}

pub(super) fn boot_seeds3(vector: &Vector) {
    // The step of three values is wide: scipy's draws of BCa fell one to three steps beside the exact end.
    boot_seeds(vector, 0.024);
}

pub(super) fn boot_seeds10_binaryish(vector: &Vector) {
    boot_seeds(vector, 0.010_001);
}

/// The mean over seeds, its t interval, and its bootstrap intervals, exact and as drawn.
fn boot_seeds(vector: &Vector, step: f64) {
    let values = vector.numbers_in("values");
    let level = vector.number_in("level");
    let found = mean(&values).unwrap();
    vector.compare("mean", found.value);
    vector.compare("sample_sd_ddof1", found.error * (values.len() as f64).sqrt());
    vector.compare("se_clt", found.error);
    vector.compare_all("t_ci", &both(found.limits(level)));
    vector.compare("bootstrap_se_exact", bootstrap::error(&values).unwrap());

    let exact = Resamples::of(&values).unwrap();
    let limits = exact.percentile(level);
    vector.compare("n_equally_likely_resamples", (values.len() as f64).powi(i32::try_from(values.len()).unwrap()));
    vector.compare("n_distinct_means", exact.count() as f64);
    vector.compare("min_lattice_step", exact.step().unwrap());
    vector.compare_all("percentile_ci_exact", &both(limits));
    vector.compare_all("cdf_at_percentile_endpoints", &[exact.up_to(limits.low), exact.up_to(limits.high)]);
    let accelerated = exact.accelerated(level).unwrap();
    let expected = vector.expected("bca_exact");
    for (name, found) in [
        ("z0", accelerated.bias),
        ("acceleration", accelerated.acceleration),
        ("alpha_1", accelerated.tails.0),
        ("alpha_2", accelerated.tails.1),
    ] {
        vector.close(found, expected[name].as_f64().unwrap(), name);
    }
    vector.all_close(&both(accelerated.limits), &numbers(&expected["ci"]), "bca_exact.ci");

    let drawn = percentile(&values, level, &Stream::new(0, "seeds", "bootstrap")).unwrap();
    assert_eq!(drawn.drawn, None, "so few resamples are counted");
    vector.compare_within("scipy_percentile_10000_seed0", &both(drawn.limits), step);
    vector.compare_within("scipy_bca_10000_seed0", &both(accelerated.limits), step);
    vector.compare_within("scipy_bootstrap_se", &[bootstrap::error(&values).unwrap()], 0.001);
}

pub(super) fn boot_binary_7_of_20(vector: &Vector) {
    let (ones, all) = (vector.number_in("successes"), vector.number_in("n"));
    let values: Vec<f64> = (0..20).map(|at| if f64::from(at) < ones { 1.0 } else { 0.0 }).collect();
    assert!((all - 20.0).abs() < 1e-12);
    let level = vector.number_in("level");
    let exact = Resamples::of(&values).unwrap();
    vector.compare("mean", mean(&values).unwrap().value);
    vector.compare_all("percentile_ci_exact", &both(exact.percentile(level)));
    vector.compare("bootstrap_se_exact", bootstrap::error(&values).unwrap());
    vector.compare("se_sample", mean(&values).unwrap().error);
    vector.compare_all("scipy_percentile_100000_seed0", &both(exact.percentile(level)));
}

pub(super) fn proportion_ci(vector: &Vector) {
    let level = vector.number_in("level");
    for case in vector.input("cases").as_array().unwrap() {
        let share = share(case);
        let name = format!("{}/{}", case[0], case[1]);
        let expected = vector.expected(&name).as_object().unwrap();
        for (method, limits) in expected {
            let found = match method.as_str() {
                "wilson" => share.wilson(level),
                "beta" => share.clopper_pearson(level),
                "jeffreys" => share.jeffreys(level),
                "agresti_coull" => share.agresti_coull(level),
                "normal" => share.wald(level),
                other => panic!("nothing computes {other}"),
            };
            vector.all_close(&both(found), &numbers(limits), &format!("{method} of {name}"));
        }
    }
}

pub(super) fn clustered_se(vector: &Vector) {
    let scores = vector.numbers_in("score");
    let level = vector.number_in("level");
    let found = clustered(&scores, &labels(vector.input("cluster"))).unwrap();
    vector.compare("mean", found.estimate.value);
    vector.compare("n", scores.len() as f64);
    vector.compare("clusters", found.clusters as f64);
    vector.compare("se_iid", mean(&scores).unwrap().error);
    vector.compare("se_clustered_miller", found.uncorrected);
    vector.compare("se_clustered_corrected", found.estimate.error);
    vector.compare_all("ci_t_clusters_minus_1", &both(found.estimate.limits(level)));
    let normal = crate::estimates::statistics::Estimate { freedom: f64::INFINITY, ..found.estimate };
    vector.compare_all("ci_z", &both(normal.limits(level)));
    vector.compare("design_effect", found.design_effect);
}

pub(super) fn clustered_se_inspect_golden(vector: &Vector) {
    let found = clustered(&vector.numbers_in("score"), &labels(vector.input("cluster"))).unwrap();
    vector.compare("se_clustered_corrected", found.estimate.error);
    vector.compare("se_clustered_miller", found.uncorrected);
    vector.compare("plain_se", mean(&vector.numbers_in("plain")).unwrap().error);
}

pub(super) fn two_way_clustered_se(vector: &Vector) {
    let cells: Vec<Vec<f64>> = vector.input("cell").as_array().unwrap().iter().map(numbers).collect();
    let places: Vec<(usize, usize)> =
        cells.iter().enumerate().flat_map(|(run, own)| (0..own.len()).map(move |wording| (run, wording))).collect();
    let (runs, wordings): (Vec<usize>, Vec<usize>) = places.iter().copied().unzip();
    let values = cells.concat();
    let found = two_way(&values, &runs, &wordings).unwrap();
    assert!(!found.fell_back);
    assert!((found.estimate.freedom - 4.0).abs() < 1e-12);
    vector.compare("mean", found.estimate.value);
    vector.compare("se_two_way_corrected", found.estimate.error);
    vector.compare("se_seed_corrected", found.rows.sqrt());
    vector.compare("se_para_corrected", found.columns.sqrt());
    vector.compare("se_iid", mean(&values).unwrap().error);
    let [rows, columns, cells] =
        [clustered(&values, &runs), clustered(&values, &wordings), clustered(&values, &places)].map(Result::unwrap);
    let uncorrected = rows.uncorrected.powi(2) + columns.uncorrected.powi(2) - cells.uncorrected.powi(2);
    vector.compare("se_two_way_uncorrected", uncorrected.sqrt());
    vector.close(cells.estimate.error.powi(2), found.cells, "the variance over cells");
}

pub(super) fn hierarchical_bootstrap_se(vector: &Vector) {
    let runs = vector.input("scores").as_array().unwrap();
    let scores: Vec<Vec<Vec<f64>>> =
        runs.iter().map(|run| run.as_array().unwrap().iter().map(numbers).collect()).collect();
    let found = bootstrap::nested(&scores).unwrap();
    vector.compare("mean", found.mean);
    vector.compare("se_hierarchical_exact", found.hierarchical);
    vector.compare("se_cluster_only_exact", found.runs);
    vector.compare("se_pooled_exact", found.pooled);

    // Our own draws of the nested bootstrap against those of numpy.
    let stream = Stream::new(0, "scores", "nested");
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|draw| {
            let mut generator = stream.at(draw);
            let mut pick = |count: usize| usize::try_from(generator.below(count as u64)).unwrap();
            let mut sum = 0.0;
            for _ in 0..scores.len() {
                let run = &scores[pick(scores.len())];
                for _ in 0..run.len() {
                    let wording = &run[pick(run.len())];
                    for _ in 0..wording.len() {
                        sum += wording[pick(wording.len())];
                    }
                }
            }
            sum / 24.0
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let error = bootstrap::error(&means).unwrap() * (DRAWS as f64).sqrt();
    vector.compare_within("mc_se_200000", &[error], 0.005);
    vector.compare_within("mc_percentile_ci", &[means[999], means[38_999]], 1.0 / 24.0 + 1e-9);
}

pub(super) fn paired_difference(vector: &Vector) {
    let (a, b) = (vector.numbers_in("a"), vector.numbers_in("b"));
    let level = vector.number_in("level");
    let found = paired(&a, &b).unwrap();
    vector.compare("mean_diff", found.value);
    vector.compare("se_paired", found.error);
    vector.compare("se_unpaired", welch(&a, &b).unwrap().error);
    let points: Vec<(f64, f64)> = a.iter().copied().zip(b.iter().copied()).collect();
    let correlation = pearson(&points).unwrap().value;
    vector.compare("pearson", correlation);
    let (of_a, of_b) = (mean(&a).unwrap().error, mean(&b).unwrap().error);
    let from_correlation = (of_a.powi(2) + of_b.powi(2) - 2.0 * correlation * of_a * of_b).sqrt();
    vector.compare("se_paired_from_corr", from_correlation);
    vector.compare("t", found.value / found.error);
    vector.compare("df", found.freedom);
    vector.compare("p_two_sided", found.p_value(0.0));
    vector.compare_all("ci_t", &both(found.limits(level)));
    let by_cluster = paired_by(&a, &b, &labels(vector.input("cluster"))).unwrap();
    vector.compare("se_paired_clustered_miller", by_cluster.uncorrected);
    vector.compare("se_paired_clustered_corrected", by_cluster.estimate.error);
    for (bounds, expected) in [("equivalence_bounds", "tost_p_bounds_0_15"), ("tight_bounds", "tost_p_bounds_0_05")] {
        let bounds = vector.numbers_in(bounds);
        vector.compare(expected, found.p_equivalent(bounds[0], bounds[1]));
    }
}

pub(super) fn mcnemar_exact(vector: &Vector) {
    let table = vector.input("table");
    let pairs = McNemar { first: table[0][1].as_u64().unwrap(), second: table[1][0].as_u64().unwrap() };
    vector.compare("p_exact", pairs.exact());
    vector.compare("p_chi2_cc", pairs.chi_square());
}

pub(super) fn pearson_fisher_z(vector: &Vector) {
    let points: Vec<(f64, f64)> = vector.numbers_in("x").into_iter().zip(vector.numbers_in("y")).collect();
    let level = vector.number_in("level");
    let found = pearson(&points).unwrap();
    vector.compare("r", found.value);
    vector.compare("p_two_sided", found.p_value().unwrap());
    vector.compare_all("ci", &both(found.limits(level).unwrap()));
    vector.compare("spearman", spearman(&points).unwrap().value);
    let summary = vector.input("summary").as_array().unwrap();
    let intervals: Vec<[f64; 2]> = summary
        .iter()
        .map(|case| {
            let points = usize::try_from(case["n"].as_u64().unwrap()).unwrap();
            both(Association::summarized(case["r"].as_f64().unwrap(), points).limits(level).unwrap())
        })
        .collect();
    for (found, expected) in intervals.iter().zip(vector.expected("summary_ci").as_array().unwrap()) {
        vector.all_close(found, &numbers(expected), "summary_ci");
    }
    for (found, printed) in intervals.iter().zip(vector.expected("paper_printed").as_array().unwrap()) {
        for (found, printed) in found.iter().zip(numbers(printed)) {
            assert!((found - printed).abs() < 0.001, "{found} is not {printed}");
        }
    }
}

pub(super) fn multiple_comparisons(vector: &Vector) {
    let p = vector.numbers_in("p");
    let alpha = vector.number_in("alpha");
    let methods: [(&str, Adjustment); 5] = [
        ("bonferroni", families::bonferroni),
        ("holm", families::holm),
        ("hommel", families::hommel),
        ("fdr_bh", families::benjamini_hochberg),
        ("fdr_by", families::benjamini_yekutieli),
    ];
    for (name, method) in methods {
        let found = method(&p);
        let expected = vector.expected(name);
        vector.all_close(&found, &numbers(&expected["adjusted"]), name);
        let rejected: Vec<bool> = found.iter().map(|p| *p <= alpha).collect();
        assert_eq!(Json::from(rejected), expected["reject"], "{name}");
    }
}

pub(super) fn power_two_proportions(vector: &Vector) {
    let [p, q, alpha, power, samples] =
        ["p1", "p2", "alpha", "power", "n_for_power"].map(|name| vector.number_in(name));
    let level = 1.0 - alpha;
    vector.compare("cohen_h", cohens_h(p, q));
    let by_h = arcsine_samples(p, q, power, level);
    vector.compare("n_arcsine", by_h);
    vector.compare("n_arcsine_ceil", by_h.ceil());
    vector.compare("n_unpooled", unpooled_samples(p, q, power, level));
    vector.compare("n_pooled", pooled_samples(p, q, power, level));
    vector.compare("power_n200_statsmodels_2indep", share_power(p, q, samples, level));
    vector.compare("power_n200_arcsine", share_power_by_h(p, q, samples, level));
    let cases = vector.input("miller").as_array().unwrap();
    let needed: Vec<f64> = cases
        .iter()
        .map(|case| {
            let number = |name: &str| case[name].as_f64().unwrap();
            let within = [(number("sigma2_a"), number("k_a")), (number("sigma2_b"), number("k_b"))];
            Questions { between: number("omega2"), within }.needed(number("delta"), power, level)
        })
        .collect();
    vector.compare_all("miller_n", &needed);
}

pub(super) fn two_proportions(vector: &Vector) {
    let (a, b) = (share(vector.input("a")), share(vector.input("b")));
    vector.compare("diff", shares::difference(a, b).value);
    let (z, p) = shares::pooled(a, b);
    vector.compare("z_pooled", z);
    vector.compare("p_z_pooled", p);
    vector.compare_all("newcombe_ci", &both(shares::newcombe(a, b, 0.95)));
    vector.compare("fisher_p", shares::fisher(a, b));
    vector.compare("score_p", shares::score(a, b));
    let tost = vector.input("tost");
    let bounds = numbers(&tost["bounds"]);
    let difference = shares::difference(share(&tost["a"]), share(&tost["b"]));
    vector.compare("tost_p_wald", difference.p_equivalent(bounds[0], bounds[1]));
}

pub(super) fn judge_logprob_0_100(vector: &Vector) {
    let quorums = [("emergent_misalignment", Quorum::AtLeast(0.25)), ("llmcomp_rating", Quorum::Above(0.25))];
    let cases = vector.input("token_probs").as_array().unwrap();
    for (name, quorum) in quorums {
        let expected = vector.expected(name).as_array().unwrap();
        assert_eq!(cases.len(), expected.len());
        for (case, expected) in cases.iter().zip(expected) {
            let tokens = case.as_object().unwrap().iter();
            let tokens = tokens.map(|(token, probability)| (token.as_str(), probability.as_f64().unwrap()));
            let found = Rating::of(tokens, &(0..=100), quorum).value;
            match (found, expected.as_f64()) {
                (Some(found), Some(expected)) => vector.close(found, expected, &format!("{name} of {case}")),
                (found, expected) => assert_eq!(found, expected, "{name} of {case}"),
            }
        }
    }
}

pub(super) fn sequential_interval(vector: &Vector) {
    let (deviation, level) = (vector.number_in("sd"), 1.0 - vector.number_in("alpha"));
    let samples: Vec<u64> = vector.input("n").as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    let sequence = Sequence::tuned(level, 200).unwrap();
    vector.compare("rho2", sequence.rho2());
    let widths = |width: &dyn Fn(u64) -> f64| -> Vec<f64> { samples.iter().map(|n| width(*n)).collect() };
    vector.compare_all("half_width_acs", &widths(&|n| sequence.half_width(deviation, n)));
    let normal = |n: u64| t_reach(level, f64::INFINITY) * deviation / (n as f64).sqrt();
    vector.compare_all("half_width_z", &widths(&normal));
    vector.compare_all("half_width_hoeffding", &widths(&|n| hoeffding(level, n)));
}

pub(super) fn quantiles(vector: &Vector) {
    let freedoms = vector.numbers_in("df");
    let level = 2.0 * vector.number_in("t_p") - 1.0;
    let reaches: Vec<f64> = freedoms.iter().map(|freedom| t_reach(level, *freedom)).collect();
    vector.compare_all("t", &reaches);
    vector.compare_all("z", &[0.8, 0.9, 0.975, 0.995].map(normal_quantile));
    let cases: Vec<Vec<f64>> = vector.input("beta").as_array().unwrap().iter().map(numbers).collect();
    let found: Vec<f64> = cases.iter().map(|case| beta_quantile(case[0], case[1], case[2])).collect();
    vector.compare_all("beta", &found);
    vector.compare("norm_sf_5", normal_above(5.0));
    let tails: Vec<f64> = freedoms.iter().map(|freedom| 2.0 * t_above(2.5, *freedom)).collect();
    vector.compare_all("t_sf_2_5_two_sided", &tails);
}
