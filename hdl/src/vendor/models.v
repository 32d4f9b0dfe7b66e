
// Behavioural models for simulation only.
module SB_SPRAM256KA (input [13:0] ADDRESS, input [15:0] DATAIN, input [3:0] MASKWREN,
    input WREN, CHIPSELECT, CLOCK, STANDBY, SLEEP, POWEROFF, output reg [15:0] DATAOUT);
  reg [15:0] mem [0:16383];
  integer i;
  initial begin
    DATAOUT = 0;
    for (i = 0; i < 16384; i = i + 1) mem[i] = 16'd0;
  end
  always @(posedge CLOCK) if (CHIPSELECT) begin
    if (WREN) begin
      if (MASKWREN[0]) mem[ADDRESS][3:0] <= DATAIN[3:0];
      if (MASKWREN[1]) mem[ADDRESS][7:4] <= DATAIN[7:4];
      if (MASKWREN[2]) mem[ADDRESS][11:8] <= DATAIN[11:8];
      if (MASKWREN[3]) mem[ADDRESS][15:12] <= DATAIN[15:12];
    end else DATAOUT <= mem[ADDRESS];
  end
endmodule

module SB_PLL40_PAD (input PACKAGEPIN, RESETB, BYPASS, output PLLOUTGLOBAL, LOCK);
  parameter FEEDBACK_PATH = "SIMPLE";
  parameter DIVR = 4'd0;
  parameter DIVF = 7'd0;
  parameter DIVQ = 3'd0;
  parameter FILTER_RANGE = 3'd0;
  assign PLLOUTGLOBAL = PACKAGEPIN;
  assign LOCK = 1'b1;
endmodule

module EHXPLLL (input CLKI, CLKFB, RST, STDBY, PHASESEL0, PHASESEL1, PHASEDIR, PHASESTEP, PHASELOADREG,
    PLLWAKESYNC, ENCLKOP, output CLKOP, LOCK);
  parameter PLLRST_ENA = "DISABLED";
  parameter INTFB_WAKE = "DISABLED";
  parameter STDBY_ENABLE = "DISABLED";
  parameter DPHASE_SOURCE = "DISABLED";
  parameter OUTDIVIDER_MUXA = "DIVA";
  parameter OUTDIVIDER_MUXB = "DIVB";
  parameter OUTDIVIDER_MUXC = "DIVC";
  parameter OUTDIVIDER_MUXD = "DIVD";
  parameter CLKI_DIV = 1;
  parameter CLKOP_ENABLE = "ENABLED";
  parameter CLKOP_DIV = 1;
  parameter CLKOP_CPHASE = 0;
  parameter CLKOP_FPHASE = 0;
  parameter FEEDBK_PATH = "CLKOP";
  parameter CLKFB_DIV = 1;
  assign CLKOP = CLKI;
  assign LOCK = 1'b1;
endmodule
