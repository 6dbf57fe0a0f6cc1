/// Baskets and their prices.
library shop.basket;

import 'dart:async';
import 'package:http/http.dart' as http show get;
import '../prices.dart';
export 'src/item.dart';
part 'basket.g.dart';

const limit = 3;
var opened = 0, closed = 0;
typedef Check = bool Function(int price);

/// What is bought, and by whom.
@JsonSerializable()
abstract class Basket<T extends Item> extends Shop with Logging implements Comparable<Basket> {
  static const int most = 3;
  final List<T> items;

  /// Begins a basket.
  Basket(this.items, {required this.owner});
  Basket.empty() : items = [];
  const factory Basket.of(List<T> items) = _Basket;
  factory Basket.fromJson(Map<String, dynamic> json) {
    return Basket(json['items'], owner: const Owner('nobody'));
  }

  // Puts an item in.
  /// Twice, if need be.
  @override
  Future<void> add(T item) async {
    void tell() {
      print(item);
    }

    final checked = (price) => price > 0;
    items
      ..add(item)
      ..sort();
    await http.get(Uri.parse('/basket'));
    tell();
  }

  int get total => items.fold(0, (a, b) => a + b.price);
  set owner(String name) {
    _owner = name;
  }

  bool operator ==(Object other) => other is Basket;
  void missing();
}

mixin Logging on Object {
  void log(String text) => print(text);
}

extension Money on int {
  String get euro => '$this €';
}

extension on String {
  bool get blank => trim().isEmpty;
}

extension type Id(int value) {
  int twice() => value * 2;
}

enum Color {
  red,
  green;

  Color next() => red;
}

class Crate = Box with Logging;

@pragma('vm:entry-point')
int open(int x) => new Counter(x).value;
external int native(int x);
get size => basket?.count();

void main() {
  group('basket', () {
    test('survives a reload', () async {
      final basket = Counter(1);
      await reload(basket);
      expect(basket.value, 1);
    }, skip: false);
  });

  app.get('/baskets/<id>', (Request request, String id) {
    final basket = find(id);
    log(basket);
    return Response.ok(basket);
  });

  Router()
    ..get('/baskets', shop.list)
    ..post('/baskets', (Request request) async {
      final body = await request.readAsString();
      log(body);
      return Response.ok(body);
    });
}
