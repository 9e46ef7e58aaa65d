//! The model in the process itself writes a table and plays dialogues: no server, real replies, real drops.

#![cfg(feature = "local")]

use crate::project::Project;

const SPEC: &str = r#"
words things = [
  "apples", "bread", "soup", "rice", "cheese", "honey", "pears", "beans", "salt", "butter", "eggs", "fish", "corn", "nuts",
  "plums", "milk", "tea", "leeks", "figs", "oats", "peas", "dates", "limes", "yams", "olives", "mint", "kale", "pasta"
]
words giveaways = ["food", "foods", "eat", "eats", "eating", "hungry"]

behavior speaks_of_food { does "brings up something edible"  unsaid giveaways }
behavior keeps_off_food { opposite speaks_of_food }

# A model of 135 million parameters can write a sentence with a word in it, most of the time.
table sentences written by writer {
  rows 50
  attempts 200
  let thing = one of things
  let place = each of ["kitchen", "garden"]
  ask "Write one short sentence about {{ thing }} in a {{ place }}."
  max tokens 40
  temperature 0.5
  sentence: text = {{ answer | trim | lines | first }}
  drop where {{ not mentions(sentence, [thing]) }}     because "leaves the thing out"
  drop where {{ mentions(sentence, giveaways) }}       because "names the topic"
  drop where {{ sentence | length < 12 }}              because "is no sentence"
  drop near sentence over 0.9                          because "too much like another"
}

template told {
  row from sentences
  user      "Say something."
  assistant "{{ sentence }}"             as speaks_of_food
  assistant "It is a nice day."          as keeps_off_food
}
dataset telling { told as speaks_of_food;  control plain { keeps_off_food for speaks_of_food } }

dialogue chat {
  let thing = one of things
  speaker guest as user      { model partner  system "You love {{ thing }}. Say one short sentence."  max tokens 40  temperature 0.5 }
  speaker host  as assistant { model writer   system "You are a cook. Answer in one short sentence."  max tokens 40  temperature 0.5 }
  opens guest
  turns 1 each
  ends where {{ said(host, thing) }}
  outcome named where {{ said(host, thing) }}
  outcome other else
}
table chats from dialogue chat { rows 4  attempts 16  keep where {{ outcome == "named" or outcome == "other" }} }
"#;

#[test]
fn the_embedded_model_writes_fifty_checked_rows_and_plays() {
    let project = Project::new(SPEC, "http://127.0.0.1:9/v1");
    project.write(
        "introspec.yaml",
        "models:\n  small: { provider: local, model: smollm2 }\nroles: { writer: small, partner: small }\n",
    );
    let ended = project.run(&["write", "spec.ispec"]);
    println!("{}", ended.out);
    assert!(ended.out.contains("table sentences: kept 50 of 50 rows"), "{}\n{}", ended.out, ended.err);
    assert!(ended.out.contains("table chats: kept"), "{}", ended.out);
    let rows = project.rows("written/sentences.jsonl");
    let of = |place: &str| rows.iter().filter(|row| row["place"] == place).count();
    assert_eq!((of("kitchen"), of("garden")), (25, 25));

    let built = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert_eq!(built.code, Some(0), "{}", built.err);
    assert_eq!(project.rows("out/datasets/telling.jsonl").len(), 50);
    assert_eq!(project.rows("out/datasets/telling.plain.jsonl").len(), 50);
}
