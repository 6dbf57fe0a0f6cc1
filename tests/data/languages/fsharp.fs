/// Docs of the file.
module Shop.Basket

open System
open System.Collections.Generic
#if DEBUG
open Foo.Bar
#endif

[<Literal>]
let LIMIT = 3

/// An item.
type Item =
    { Name: string
      Price: decimal }

    /// Doubled.
    member this.Double() =
        { this with Price = this.Price * 2m }

    static member Create(name, price) = { Name = name; Price = price }

type Shape =
| Circle of float
| Square of float

and Visitor = delegate of Shape -> unit

exception Broken of string

[<AbstractClass>]
type Store(owner: string, ?limit: int) =
    let mutable items : Item list = []
    let count () = List.length items
    new() = Store("nobody")
    /// Total.
    member _.Total = items |> List.sumBy (fun i -> i.Price)
    abstract Pay : unit -> bool
    abstract member Ship: string -> unit
    default _.Ship(x) = printfn "%s" x
    override this.ToString() = sprintf "x"
    interface IDisposable with
        member _.Dispose() = ()

(* Sums.
   Two lines. *)
let total (items: Item list) : decimal =
    let add acc item =
        acc + item.Price
    let rec loop n acc =
        match n with
        | 0 -> acc
        | _ ->
            loop (n - 1) acc
    items |> List.fold add 0m

let inline private (>=>) f g x = f x >>= g
let (|Even|Odd|) n = if n % 2 = 0 then Even else Odd
let ``a strange name`` () = ()
let rec even n = n = 0 || odd (n - 1)
and odd n = n <> 0 && even (n - 1)

let webApp : HttpHandler =
    choose [
        route "/" >=> text "hi"
        route "/x" >=> handler
    ]

let text = """
let fake x =
  1
"""

module Inner =
    let helper x = x + 1

    type Foo with
        member x.Bar = 1

[<Tests>]
let tests =
    testList "basket" [
        test "survives a reload" {
            let b = Store("x")
            Expect.equal b.Total 0m "zero"
        }
        testCase "adds" <| fun _ ->
            add 1
    ]
