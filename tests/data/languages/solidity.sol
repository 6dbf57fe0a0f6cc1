// Baskets and their prices.
pragma solidity ^0.8.20;

import "./Prices.sol";
import {Math, Log as Logging} from "../lib/Math.sol";
import * as Util from "@shop/contracts/Util.sol";

uint256 constant LIMIT = 3;
error Empty(address who);
type Price is uint256;

struct Item {
    string name;
    uint256 price;
}

enum Color { Red, Green }

/// Twice as much.
function twice(uint256 x) pure returns (uint256) {
    return Util.add(x, x);
}

/// @title A basket
/// @notice Holds what is bought.
abstract contract Basket is Shop, Ownable(msg.sender) {
    using Math for uint256;

    uint256 public constant MAX = 3;
    mapping(address => Item[]) private _items;
    address public immutable owner;

    event Added(address indexed who, Item item);
    error Full();

    modifier onlyOwner() {
        require(msg.sender == owner, "not yours");
        _;
    }

    constructor(address first) Shop("basket") {
        owner = first;
    }

    /**
     * @notice Puts an item in.
     * @param item what is bought
     */
    function add(Item calldata item) external virtual override onlyOwner returns (uint256 total) {
        if (_items[msg.sender].length > MAX) revert Full();
        emit Added(msg.sender, item);
        IERC20(item.token).transfer(owner, item.price);
        total = address(new Receipt(item)).balance;
    }

    function count() external view virtual returns (uint256);

    receive() external payable {}
}

interface IShop {
    function open() external;
}

library Sums {
    function sum(uint256[] memory prices) internal pure returns (uint256) {
        return prices.length;
    }
}

contract BasketTest is Test {
    function test_survivesReload() public {
        assertEq(basket.total(), 1);
    }
}
