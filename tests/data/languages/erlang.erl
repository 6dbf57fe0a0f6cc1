%% @doc Baskets and what they cost.
-module(shop_basket).
-behaviour(gen_server).

-include("shop.hrl").
-include_lib("eunit/include/eunit.hrl").
-import(lists, [foldl/3]).
-export([start_link/1, total/1]).

-define(LIMIT, 10).
-define(ADD(A, B), (A + B)).

-record(basket, {
    items = [] :: list(),
    owner :: pid()
}).

-type price() :: non_neg_integer().
-callback paid(term()) -> ok.

%% Starts a basket.
%% Twice, if need be.
-spec start_link(term()) -> {ok, pid()}.
start_link(Owner) ->
    start_link(Owner, []).

start_link(Owner, Options) ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, Owner, Options).

-doc "The sum of the prices.".
-spec total([price()]) -> price().
total([]) ->
    0;
% What is left.
total([Price | Rest]) when Price > 0 ->
    ?ADD(Price, total(Rest));
total(_) -> error(badarg).

handle_call({add, Item}, _From, State = #basket{items = Items}) ->
    lists:foreach(fun total/1, Items),
    Log = fun(Text) -> io:format("~p", [Text]) end,
    try Log(Item) catch error:_ -> ok end,
    {reply, ok, State#basket{items = [Item | Items]}}.

'odd name'() -> ok.

-ifdef(TEST).
total_test() ->
    ?assertEqual(3, total([1, 2])).

total_test_() -> [?_assert(true), fun() -> helper() end].
-endif.
