//! Reads a terminal's reports of the mouse.

use crate::app::Input;
use crate::panes::Pointer;

/// Lines that a notch of the wheel moves.
pub(super) const NOTCH: i32 = 3;

/// The bits of a report for shift, alt and ctrl, which make no difference here.
const MODIFIERS: u32 = 0b1_1100;

/// Offset of every number in the older reports, which keeps them printable.
const OFFSET: u32 = 32;

/// Reads `ESC [ < button ; column ; row M`, with `m` when the button was released.
pub(super) fn sgr(parameters: &str, last: u8) -> Option<Input> {
    let [button, column, row] = three(parameters)?;
    match last {
        b'M' => input(button, false, column, row),
        b'm' => input(button, true, column, row),
        _ => None,
    }
}

/// Reads `ESC [ button ; column ; row M`, as rxvt sends it.
pub(super) fn rxvt(parameters: &str) -> Option<Input> {
    let [button, column, row] = three(parameters)?;
    without_release(button, column, row)
}

/// Reads the three bytes after `ESC [ M`, as xterm first sent them.
pub(super) fn x10(button: u8, column: u8, row: u8) -> Option<Input> {
    let place = |byte: u8| u32::from(byte).checked_sub(OFFSET);
    without_release(u32::from(button), place(column)?, place(row)?)
}

/// Reads a report that does not say which button was released.
fn without_release(button: u32, column: u32, row: u32) -> Option<Input> {
    const NO_BUTTON: u32 = 3;
    let button = button.checked_sub(OFFSET)?;
    match button & !MODIFIERS {
        NO_BUTTON => input(0, true, column, row),
        _ => input(button, false, column, row),
    }
}

fn three(parameters: &str) -> Option<[u32; 3]> {
    let mut numbers = parameters.split(';').map(|text| text.parse().ok());
    let three = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(three)
}

/// Makes an input of a report; columns and rows count from 1.
fn input(button: u32, released: bool, column: u32, row: u32) -> Option<Input> {
    let pointer = match (button & !MODIFIERS, released) {
        (0, false) => Pointer::Press,
        (0, true) => Pointer::Release,
        (32, _) => Pointer::Drag,
        (64, _) => Pointer::Wheel(-NOTCH),
        (65, _) => Pointer::Wheel(NOTCH),
        _ => return None,
    };
    let cell = |number: u32| u16::try_from(number.checked_sub(1)?).ok();
    Some(Input::Mouse(pointer, (cell(column)?, cell(row)?)))
}
