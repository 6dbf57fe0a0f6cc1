{-# LANGUAGE OverloadedStrings #-}
{-|
Baskets of things.
-}
module Shop.Basket
  ( Basket(..)
  , add
  ) where

import qualified Data.Map as Map
import Data.List (sortBy)

-- | A basket.
data Basket = Basket
  { items :: [Item] -- ^ what it holds
  , owner :: Maybe String
  } deriving (Show, Eq)

newtype Price = Price Int
type Name = String

class Sized a where
  size :: a -> Int
  size _ = 0

instance Sized Basket where
  size b = length (items b)

instance Sized (Map.Map k v) where
  size = Map.size

-- | Adds an item.
--   Nothing is added twice.
add :: Item -> Basket -> Basket
{-# INLINE add #-}
add Nothing b = b
-- The rule.
add i b
  | full b = b
  | otherwise = b { items = i : items b }
  where
    full x =
      size x > limit
      where
        limit = 10

emptyBasket :: Basket
emptyBasket = Basket [] Nothing

(<+>) :: Basket -> Basket -> Basket
a <+> b = a { items = sortBy compare $ items a ++ items b }

main = print . add =<< getLine
