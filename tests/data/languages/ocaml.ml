(** Baskets and their prices. *)

open Core
open! Shop.Util
include Comparable.Make (Item)
module P = Json.Parser

exception Empty of string

type item = { name : string; price : int }

(* What it looks like. *)
type 'a shape =
  | Square of 'a
  | Circle
  | Nothing
[@@deriving show]

and other = int

let limit = 3

(** The sum of the prices. *)
let total ?(times = 1) items =
  let checked price = price > 0 in
  List.fold_left (fun sum item -> sum + Prices.of_item item) 0 items
  |> round times

(* Whether a number is even. *)
let rec even n = n = 0 || odd (n - 1)

(* Whether it is odd. *)
and odd n = even (n - 1)

let ( +% ) a b = a ^ b

let handler = function
  | Empty name -> print_endline @@ describe name
  | _ -> raise (Failed 2)

let command =
  let doc = "Sells things." in
  let info = Cmd.info "shop" ~doc in
  Cmd.v info Term.(const run $ port)

module type STORE = sig
  type t

  val get : t -> string -> int
  (** [get store key] is what stands at [key].

      @raise Not_found where nothing does. *)

  val count : t -> int
end

(** Makes a store of another. *)
module Make (S : STORE) : STORE with type t = S.t = struct
  type t = S.t

  (** Gets it. *)
  let get store key = S.get store key

  let count = S.count
end

external now : unit -> float = "caml_now"

class basket owner =
  object (self)
    inherit shop
    val mutable items = []
    method add item = items <- item :: items
    method private secret = self#owner
  end

let () = sell (new basket "nobody")

let%expect_test "prints a total" =
  print_int (total []);
  reload ();
  [%expect {| 0 |}]

let suite =
  [
    test_case "adds" `Quick (fun () ->
        add 1;
        check 1);
    "removes" >:: test_removes;
  ]
