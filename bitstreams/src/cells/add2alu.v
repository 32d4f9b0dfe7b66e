// Keeps adders as carry chains. Left alone, alumacc merges chained additions into $macc cells, which maccmap
// builds from look-up tables. A $alu cell it leaves as it is, and each family maps $alu to its carry cells.
(* techmap_celltype = "$add $sub" *)
module carry_chain (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  parameter _TECHMAP_CELLTYPE_ = "";
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  // a - b is a + ~b + 1.
  localparam MINUS = _TECHMAP_CELLTYPE_ == "$sub";
  wire [Y_WIDTH-1:0] propagate, carry;
  \$alu #(
    .A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED), .A_WIDTH(A_WIDTH), .B_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)
  ) _TECHMAP_REPLACE_ (
    .A(A), .B(B), .BI(MINUS), .CI(MINUS), .Y(Y), .X(propagate), .CO(carry)
  );
endmodule
