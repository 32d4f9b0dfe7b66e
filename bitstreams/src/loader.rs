//! The call of openFPGALoader that loads a board.

use frazil_boards::Board;

use crate::{FlowError, Step, Tool};

/// Where a bitstream goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The FPGA itself; gone when power goes. Nothing is overwritten.
    Fpga,
    /// The board's flash; the FPGA loads itself from it at every start.
    Flash,
}

/// The step that loads `bitstream` onto the board. Run it with [`crate::run_step`].
pub fn flash_command(board: &Board, bitstream: &str, to: Destination) -> Result<Step, FlowError> {
    let (possible, how, flag) = match to {
        Destination::Fpga => (board.loader.volatile, "without writing its flash", "--write-sram"),
        Destination::Flash => (board.loader.persistent, "by writing its flash", "--write-flash"),
    };
    if !possible {
        return Err(FlowError::Destination { board: board.name.clone(), how });
    }
    let args = ["--board", &board.loader.id, flag, bitstream];
    Ok(Step::new("load", Tool::OpenFpgaLoader, &args).reads(&[bitstream]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(board: &str, to: Destination) -> Result<String, FlowError> {
        let board = Board::load(board).expect("built in");
        flash_command(&board, "top.bin", to).map(|step| step.args.join(" "))
    }

    #[test]
    fn the_flag_says_where_it_goes() {
        assert_eq!(
            args("ulx3s-85f", Destination::Fpga).expect("possible"),
            "--board ulx3s --write-sram top.bin"
        );
        assert_eq!(
            args("icebreaker", Destination::Flash).expect("possible"),
            "--board ice40_generic --write-flash top.bin"
        );
    }

    #[test]
    fn a_board_that_only_has_flash_says_so() {
        let error = args("icebreaker", Destination::Fpga).expect_err("needs its flash");
        assert_eq!(error.to_string(), "icebreaker cannot be loaded without writing its flash");
        assert!(error.hint().contains("--persistent"));
    }
}
