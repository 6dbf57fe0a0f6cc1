#include <vector>
#include "geo/point.hpp"

namespace geo {
namespace detail::deep {
constexpr int MAX_DEPTH = 3;
}

/// A shape.
template <typename T>
class Shape : public Base<T>, private util::Noncopyable {
public:
    explicit Shape(int sides) : sides_(sides) {}
    virtual ~Shape() = default;
    virtual double area() const = 0;
    T& origin() { return origin_; }
    bool operator==(const Shape& other) const {
        return sides_ == other.sides_;
    }
    double operator()(int x) const { return x; }

private:
    int sides_;
    T origin_;
};

enum class Color { Red, Green };
using Points = std::vector<Point>;

struct Point {
    double x, y;
};
}  // namespace geo

/** Area of a circle. */
double geo::Circle<double>::area() const {
    auto square = [](double v) {
        double r = v;
        return r * v;
    };
    return geo::pi() * square(radius_) + std::max<double>(0, helper.scale<int>());
}

geo::Circle<double>::~Circle() { delete shape_; }

template <typename T>
std::unique_ptr<T> make(int n) {
    return std::unique_ptr<T>(new T(n));
}

extern "C" {
int geo_version(void) { return 1; }
}
