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

/// The step that writes `file` into the board's flash where designs read it when they run. The bitstream stays.
pub fn stream_command(board: &Board, file: &str) -> Result<Step, FlowError> {
    let possible = board.flash.as_ref().filter(|_| board.loader.persistent);
    let how = "with weights in its flash";
    let flash = possible.ok_or_else(|| FlowError::Destination { board: board.name.clone(), how })?;
    let offset = flash.offset.to_string();
    let args =
        ["--board", &board.loader.id, "--write-flash", "--file-type", "raw", "--offset", &offset, file];
    Ok(Step::new("load", Tool::OpenFpgaLoader, &args).reads(&[file]))
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
    fn weights_go_behind_the_bitstream() {
        let stream = |board| stream_command(&Board::load(board).expect("built in"), "weights.bin");
        assert_eq!(
            stream("icebreaker").expect("possible").args.join(" "),
            "--board ice40_generic --write-flash --file-type raw --offset 1048576 weights.bin"
        );
        let error = stream("ulx3s-85f").expect_err("has no reader");
        assert_eq!(error.to_string(), "ulx3s-85f cannot be loaded with weights in its flash");
    }

    #[test]
    fn a_board_that_only_has_flash_says_so() {
        let error = args("icebreaker", Destination::Fpga).expect_err("needs its flash");
        assert_eq!(error.to_string(), "icebreaker cannot be loaded without writing its flash");
        assert!(error.hint().contains("--persistent"));
    }
}
