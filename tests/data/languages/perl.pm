# Baskets and their prices.
package Shop::Basket;

use strict;
use warnings;
use Moose;
use parent qw(Shop::Base Shop::Other);
use Shop::Prices qw(price_of);
require Shop::Util;
use constant LIMIT => 3;
use constant { OPEN => 1, CLOSED => 2 };

extends 'Shop::Root';

has items => (
    is      => 'rw',
    isa     => 'ArrayRef',
    default => sub { [] },
);

=head1 METHODS

=head2 total

The sum of the prices.

=cut

sub total {
    my ($self, %args) = @_;
    my $check = sub {
        my $price = shift;
        return $price > 0;
    };
    return sum(map { $check->(price_of($_)) } @{ $self->items });
}

# Twice, if need be.
sub add ($self, $item) {
    push @{ $self->items }, $item;
    $self->tell("added");
    return $self;
}

around save => sub {
    my ($orig, $self) = @_;
    return $self->$orig(Shop::Store->new);
};

my %handlers = (
    open => sub {
        my $session = shift;
        $session->log("opened");
        return 1;
    },
    close => sub { 0 },
);

package Shop::Basket::Item;

sub price { return $_[0]->{price} }

package main;

subtest 'a basket' => sub {
    is(Shop::Basket->new->total, 0);
    subtest("survives a reload", sub {
        reload();
        ok(1);
    });
};

prefix '/api' => sub {
    get '/orders/:id' => sub ($c) {
        my $id = $c->param('id');
        $c->render(json => order($id));
    };
};

$r->post('/orders')->to('orders#create');
$r->del('/none');

1;

__END__

=head1 NAME

sub nothing { }
