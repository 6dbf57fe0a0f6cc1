module Shop.Basket exposing (Basket, total)

import Html exposing (div)
import Json.Decode as Decode


{-| A basket.
-}
type alias Basket =
    { items : List Item
    , owner : String
    }


type Msg
    = Add Item
    | Clear


{-| The sum.
-}
total : Basket -> Float
total basket =
    let
        add item sum =
            item.price + sum
    in
    List.foldl add 0 basket.items


port save : String -> Cmd msg


update :
    Msg
    -> Basket
    -> Basket
update msg basket =
    case msg of
        Add item ->
            { basket | items = item :: basket.items }

        Clear ->
            empty |> store


empty =
    Basket [] "-- nobody"
