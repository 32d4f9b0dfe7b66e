
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

module SB_PLL40_CORE (input REFERENCECLK, RESETB, BYPASS, output PLLOUTGLOBAL, LOCK);
  parameter FEEDBACK_PATH = "SIMPLE";
  parameter DIVR = 4'd0;
  parameter DIVF = 7'd0;
  parameter DIVQ = 3'd0;
  parameter FILTER_RANGE = 3'd0;
  assign PLLOUTGLOBAL = REFERENCECLK;
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

// Output at both edges, output with enable, and input by a register: what the pads of a flash need.
module SB_IO (inout PACKAGE_PIN, input LATCH_INPUT_VALUE, CLOCK_ENABLE, INPUT_CLK, OUTPUT_CLK, OUTPUT_ENABLE,
    D_OUT_0, D_OUT_1, output D_IN_0, D_IN_1);
  parameter PIN_TYPE = 6'b000000;
  parameter PULLUP = 1'b0;
  reg taken, first, second;
  initial begin taken = 0; first = 0; second = 0; end
  always @(posedge INPUT_CLK) if (CLOCK_ENABLE) taken <= PACKAGE_PIN;
  always @(posedge OUTPUT_CLK) first <= D_OUT_0;
  // What a register would take at the falling edge, without its glitch: the pad does not show it before.
  always @* if (OUTPUT_CLK) second = D_OUT_1;
  wire both = OUTPUT_CLK ? first : second;
  wire enable = PIN_TYPE[5] ? OUTPUT_ENABLE : PIN_TYPE[4];
  assign PACKAGE_PIN = enable ? (PIN_TYPE[3] ? D_OUT_0 : both) : 1'bz;
  assign D_IN_0 = PIN_TYPE[0] ? PACKAGE_PIN : taken;
  assign D_IN_1 = 1'b0;
endmodule

// In dual 8x8 mode with all its registers, its adders unused.
module SB_MAC16 (input CLK, CE, input [15:0] A, B, C, D, input AHOLD, BHOLD, CHOLD, DHOLD, IRSTTOP, IRSTBOT,
    ORSTTOP, ORSTBOT, OLOADTOP, OLOADBOT, ADDSUBTOP, ADDSUBBOT, OHOLDTOP, OHOLDBOT, CI, ACCUMCI, SIGNEXTIN,
    output [31:0] O, output CO, ACCUMCO, SIGNEXTOUT);
  parameter A_REG = 0;
  parameter B_REG = 0;
  parameter TOP_8x8_MULT_REG = 0;
  parameter BOT_8x8_MULT_REG = 0;
  parameter MODE_8x8 = 0;
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter TOPOUTPUT_SELECT = 0;
  parameter BOTOUTPUT_SELECT = 0;
  reg signed [7:0] a1, b1, a0, b0;
  reg signed [15:0] p1, p0;
  initial begin a1 = 0; b1 = 0; a0 = 0; b0 = 0; p1 = 0; p0 = 0; end
  always @(posedge CLK) begin
    a1 <= A[15:8]; a0 <= A[7:0]; b1 <= B[15:8]; b0 <= B[7:0];
    p1 <= a1 * b1; p0 <= a0 * b0;
  end
  assign O = {p1, p0};
  assign CO = 1'b0;
  assign ACCUMCO = 1'b0;
  assign SIGNEXTOUT = 1'b0;
endmodule

// Signed, with input, pipeline and output registers.
module MULT18X18D (
    input A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0, B17, B16, B15,
    B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0, SIGNEDA, SIGNEDB, SOURCEA, SOURCEB,
    CLK0, CLK1, CLK2, CLK3, CE0, CE1, CE2, CE3, RST0, RST1, RST2, RST3, output P35, P34, P33, P32, P31,
    P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13, P12, P11,
    P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0);
  parameter REG_INPUTA_CLK = "NONE";
  parameter REG_INPUTB_CLK = "NONE";
  parameter REG_PIPELINE_CLK = "NONE";
  parameter REG_OUTPUT_CLK = "NONE";
  reg signed [17:0] a, b;
  reg signed [35:0] x, y;
  initial begin a = 0; b = 0; x = 0; y = 0; end
  always @(posedge CLK0) begin
    a <= {
      A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
    b <= {
      B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
    x <= a * b;
    y <= x;
  end
  assign {
    P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16,
    P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} = y;
endmodule

module LUT4 (input A, B, C, D, output Z);
  parameter [15:0] INIT = 0;
  assign Z = INIT[{D, C, B, A}];
endmodule

module PFUMX (input ALUT, BLUT, C0, output Z);
  assign Z = C0 ? ALUT : BLUT;
endmodule

module L6MUX21 (input D0, D1, SD, output Z);
  assign Z = SD ? D1 : D0;
endmodule
