//! Whatever is pressed, in whatever order, at whatever size: nothing panics and the cursor stands
//! on a row.

use proptest::prelude::*;
use purgedeck::app::{Input, Msg};
use purgedeck::commands::Command;
use purgedeck::panes::Pointer;

use super::stage::Stage;

#[derive(Clone, Debug)]
enum Step {
    Key(&'static str),
    Text(String),
    Typed(String),
    Paste(String),
    Mouse(Pointer, u16, u16),
    Resize(u16, u16),
    Arrive(usize),
    Mute(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let keys: Vec<&'static str> = Command::EVERY
        .iter()
        .flat_map(|command| command.about().keys.iter().copied())
        .filter(|key| *key != "ctrl-z")
        .collect();
    let pointer = prop_oneof![
        Just(Pointer::Press),
        Just(Pointer::Drag),
        Just(Pointer::Release),
        (-5..5).prop_map(Pointer::Wheel),
    ];
    prop_oneof![
        12 => prop::sample::select(keys).prop_map(Step::Key),
        2 => "[a-z:*\",. -]{0,6}|status:failed|cname:[a-z]{1,3}".prop_map(Step::Text),
        1 => "[a-z:*\", \\n-]{1,300}".prop_map(Step::Typed),
        1 => "\\PC{0,12}".prop_map(Step::Paste),
        2 => (pointer, 0..200u16, 0..60u16).prop_map(|(p, x, y)| Step::Mouse(p, x, y)),
        1 => (1..200u16, 1..60u16).prop_map(|(x, y)| Step::Resize(x, y)),
        2 => (0..9usize).prop_map(Step::Arrive),
        1 => any::<bool>().prop_map(Step::Mute),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_order_of_events_breaks_anything(steps in prop::collection::vec(step(), 1..60)) {
        let mut stage = Stage::with((100, 30), 150);
        for step in steps {
            match step {
                Step::Key(key) => stage.press(key),
                Step::Text(text) => stage.type_text(&text),
                Step::Typed(text) => stage.send(Msg::Input(Input::Typed(text))),
                Step::Paste(text) => stage.send(Msg::Input(Input::Paste(text))),
                Step::Mouse(pointer, x, y) => {
                    stage.press_mouse(pointer, (x, y));
                }
                Step::Resize(x, y) => stage.resize((x, y)),
                Step::Arrive(n) => stage.arrive(n),
                Step::Mute(mute) => stage.answering = !mute,
            }
            stage.draw();
            for pane in stage.app.workspace().shown() {
                let rows = stage.app.workspace().pane(pane).unwrap().rows();
                prop_assert!(rows.held().is_empty() || rows.here().is_some());
                prop_assert!(rows.in_view().is_empty() || rows.cursor_in_view() < rows.in_view().len());
            }
        }
    }
}
