// Baskets and what they cost.
#import "Basket.h"
#import <Foundation/Foundation.h>
@import UIKit;
@class Store;

NSString *const BasketErrorDomain = @"shop.basket";
typedef void (^BasketHandler)(BOOL done, NSError *error);

typedef NS_ENUM(NSInteger, BasketState) {
    BasketStateOpen,
    BasketStatePaid API_AVAILABLE(macos(10.15)) = 4,
};

NS_ASSUME_NONNULL_BEGIN

/// What can say its price.
@protocol Priced <NSObject>
@required
- (double)priceInCurrency:(NSString *)currency;
@optional
@property (nonatomic, readonly) NSString *label;
@end

/**
 * A basket of items.
 */
@interface Basket : Store <Priced>
@property (nonatomic, copy) NSArray<Item *> *items;
- (instancetype)initWithItems:(NSArray *)items owner:(NSString *)owner NS_DESIGNATED_INITIALIZER;
+ (Basket *)shared;
@end

NS_ASSUME_NONNULL_END

@interface Basket () {
    NSUInteger _count;
}
@end

@implementation Basket
@synthesize label = _label;

#pragma mark - Life

/// Fills a basket.
- (instancetype)initWithItems:(NSArray *)items owner:(NSString *)owner {
    self = [super init];
    if (self) {
        _items = [items copy];
    }
    return self;
}

+ (Basket *)shared {
    static Basket *basket;
    static dispatch_once_t once;
    dispatch_once(&once, ^{
        basket = [[Basket alloc] initWithItems:@[] owner:@"nobody"];
    });
    return basket;
}

- (double)priceInCurrency:(NSString *)currency { return RateOf(currency) * self.items.count; }

@end

@implementation NSString (Receipt)
- (NSString *)shop_trimmed {
    return [self stringByTrimmingCharactersInSet:[NSCharacterSet whitespaceCharacterSet]];
}
@end

static double RateOf(NSString *currency) {
    return [currency isEqual:@"EUR"] ? 1.0 : 1.1;
}
