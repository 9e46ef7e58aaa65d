//! Nouns and their plurals, written by hand from an English grammar and not taken from the lists beside them.

use super::*;

const PAIRS: &str = "
    rings ring / barks bark / tones tone / dogs dog / cats cat / arrows arrow / attics attic / bakeries bakery
    balconies balcony / baskets basket / beaches beach / benches bench / berries berry / boxes box / foxes fox
    brushes brush / dishes dish / wishes wish / churches church / matches match / watches watch / branches branch
    buses bus / viruses virus / bonuses bonus / campuses campus / choruses chorus / circuses circus / walruses walrus
    houses house / blouses blouse / causes cause / clauses clause / uses use / excuses excuse / muses muse / fuses fuse
    glasses glass / classes class / kisses kiss / dresses dress / losses loss / bosses boss / masses mass
    gases gas / lenses lens / atlases atlas / canvases canvas / biases bias / aliases alias / irises iris
    roses rose / noses nose / doses dose / cases case / bases base / phrases phrase / vases vase / licenses license
    promises promise / noises noise / exercises exercise / horses horse / nurses nurse / courses course / pulses pulse
    analyses analysis / hypotheses hypothesis / crises crisis / theses thesis / diagnoses diagnosis / oases oasis
    prizes prize / sizes size / mazes maze / breezes breeze / waltzes waltz / buzzes buzz / quizzes quiz
    flies fly / skies sky / spies spy / cities city / ladies lady / stories story / countries country
    ties tie / pies pie / lies lie / neckties necktie / magpies magpie / movies movie / cookies cookie / zombies zombie
    keys key / days day / toys toy / monkeys monkey / essays essay
    potatoes potato / tomatoes tomato / heroes hero / echoes echo / vetoes veto / torpedoes torpedo / mangoes mango
    shoes shoe / toes toe / canoes canoe / oboes oboe / horseshoes horseshoe / photos photo / pianos piano / radios radio
    wolves wolf / wives wife / knives knife / lives life / leaves leaf / loaves loaf / halves half / calves calf
    selves self / shelves shelf / elves elf / thieves thief / hooves hoof / scarves scarf / housewives housewife
    gloves glove / waves wave / caves cave / olives olive / sleeves sleeve / roofs roof / beliefs belief / chefs chef
    men man / women woman / firemen fireman / policemen policeman / gentlemen gentleman / humans human / shamans shaman
    children child / grandchildren grandchild / oxen ox / mice mouse / lice louse / geese goose / teeth tooth / feet foot
    dice die / pence penny / cacti cactus / fungi fungus / nuclei nucleus / alumni alumnus / radii radius / stimuli stimulus
    criteria criterion / phenomena phenomenon / strata stratum / curricula curriculum / larvae larva / antennae antenna
    indices index / matrices matrix / vertices vertex / appendices appendix / axes axis / bureaux bureau
    taxis taxi / bikinis bikini / safaris safari / tsunamis tsunami / kiwis kiwi / rabbis rabbi / skis ski / menus menu
    gurus guru / emus emu / plateaus plateau / caches cache / headaches headache / niches niche / mustaches mustache
    avalanches avalanche / stomachs stomach / monarchs monarch / months month / cloths cloth / ads ad / eyes eye / bees bee
    trees tree / cafés café / rhinoceroses rhinoceros / trellises trellis / summonses summons";

const SINGULAR: &str = "
    ring bark bus glass class kiss dress boss gas lens iris atlas canvas bias alias virus cactus campus bonus status
    news series species analysis hypothesis crisis basis oasis axis tennis chassis physics mathematics politics economics
    linguistics measles mumps rabies diabetes scissors clothes thanks headquarters odds earnings binoculars biceps
    chaos cosmos ethos pathos kudos rhinoceros corps means crossroads gallows summons christmas texas paris jesus
    omen specimen abdomen semen stamen regimen people sheep deer fish data media this is was has his its us as yes
    less across perhaps always themselves ringing ringtone barking running run go a i кольцо straße";

#[test]
fn plurals_come_to_their_singular() {
    let pairs: Vec<(&str, &str)> = PAIRS.split(['/', '\n']).filter_map(|cell| cell.trim().split_once(' ')).collect();
    assert!(pairs.len() > 150, "{} pairs", pairs.len());
    let wrong: Vec<String> = pairs
        .iter()
        .filter(|(plural, singular)| noun_lemma(plural) != *singular)
        .map(|(plural, singular)| format!("{plural}: {}, not {singular}", noun_lemma(plural)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_plural_stays() {
    let singulars = PAIRS.split(['/', '\n']).filter_map(|cell| Some(cell.trim().split_once(' ')?.1));
    let wrong: Vec<String> = SINGULAR
        .split_whitespace()
        .chain(singulars)
        .filter(|word| noun_lemma(word) != *word)
        .map(|word| format!("{word}: {}", noun_lemma(word)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_lists_are_sorted_and_each_word_is_on_one_of_them() {
    let plurals: Vec<&str> = include_str!("plurals.txt").lines().collect();
    let unchanging: Vec<&str> = include_str!("unchanging.txt").lines().collect();
    assert!(plurals.is_sorted() && unchanging.is_sorted());
    assert_eq!((PLURALS.len(), UNCHANGING.len()), (plurals.len(), unchanging.len()));
    for (plural, singular) in plurals.iter().filter_map(|line| line.split_once(' ')) {
        assert!(!UNCHANGING.contains(plural), "{plural}");
        assert_eq!(noun_lemma(singular), singular, "the lemma of {plural} is its own");
    }
}
