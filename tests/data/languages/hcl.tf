# The network of the bakery.

terraform {
  required_version = ">= 1.5"
}

variable "region" {
  type = string
}

variable "oven_zones" {
  description = "Where the ovens stand."
  type        = list(string)
  default     = ["a", "b"]
}

locals {
  cold = var.region == "eu-north-1"
  # Names by zone.
  oven_names = {
    for zone in var.oven_zones :
    zone => "oven-${zone}"
  }
}

data "aws_ami" "baker" {
  most_recent = true
}

# The way from the ovens
# to the gateway.
resource "aws_route" "ovens_to_gateway" {
  count          = length(var.oven_zones)
  route_table_id = aws_route_table.ovens[count.index].id
  gateway_id     = module.gateway.id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_instance" "mixer" {
  ami = data.aws_ami.baker.id
}

module "gateway" {
  source = "./modules/gateway"
  names  = local.oven_names
}

provider "aws" { region = var.region }

output "route_ids" {
  description = "All routes."
  value       = aws_route.ovens_to_gateway[*].id
}
