# The shop as a service.
{ config, lib, pkgs, ... }:

with lib;

let
  cfg = config.services.shop;

  # Doubles a price.
  double = price: price * 2;

  /* What a basket
     is made of. */
  mkBasket = { items, owner ? "nobody" }:
    let count = length items; in
    {
      inherit owner;
      total = foldl' add 0 (map double items);
    };

  package = pkgs.stdenv.mkDerivation rec {
    pname = "shop-server";
    version = "1.0";
    src = fetchurl { url = "mirror://shop"; };
    installPhase = ''
      mkdir -p $out/bin
      cp shop $out/bin
    '';
  };
in
{
  imports = [ ./hardware.nix ../common ];

  options.services.shop = {
    enable = mkEnableOption "the shop";

    port = mkOption {
      type = types.port;
      default = 80;
      description = "Where it listens.";
    };
  };

  config = mkIf cfg.enable {
    systemd.services.shop = {
      wantedBy = [ "multi-user.target" ];
      script = "${package}/bin/shop";
      serviceConfig = {
        User = "shop";
        Restart = "always";
      };
    };
    environment."shop.conf".text = import ./conf.nix { inherit lib; };
  };
}
