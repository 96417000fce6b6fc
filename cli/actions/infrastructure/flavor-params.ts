// Written from the annotated example of each provider by
// `WRITE_DOCS=1 npx mocha test/unit/provisioner/provider-types.test.ts`.

/** What the params of a flavor may be, as annotated YAML, by the type of its provider. */
export const flavorParams: Readonly<Record<string, string>> = {
  docker: `# Memory of a node, swap included: 512m, 2g. Without it a node may use all of the host's
memory: 1g
# Processors of a node, fractions too. Without it a node may use all of the host's
cpus: 1.5
# Image of the nodes; without it the one that deis builds
image: deis/node:bookworm`,
  ec2: `# EC2 region (required)
region: us-west-2
# Instance type
instance_type: t3.small
# Types to try in this order when no zone has one of the first
fallback_types: [t3a.small]
# Processors: amd64 or arm64; without it what the instance type has. Node, stack image and slugs must have
# the same
architecture: amd64
# debian-12, debian-13, ubuntu-24.04 (the newest official image), an SSM parameter (ssm:/aws/service/...) or
# an AMI id
image: debian-12
# VPC of the nodes; without it the default VPC
vpc: vpc-0123456789abcdef0
# Subnets that the nodes of a layer are spread over; without it all of the default VPC's default subnets, or
# of the named VPC
subnets: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
# Where the controller's SSH goes: public, or private for a controller inside the VPC or behind a VPN
address: public
# Networks that SSH is open to; without it the setting DEIS_SSH_FROM, and without that the address that the
# controller is seen at
ssh_from: [203.0.113.7/32]
# Security groups of yours that nodes get beside the layer's own
security_groups: [sg-0123456789abcdef0]
# Fixed public addresses for the nodes of proxy layers
elastic_ip: false
# Name or ARN of an instance profile that nodes get; without it none
instance_profile: my-profile
# Size of the encrypted gp3 root volume, GiB
volume_size: 20`,
  static: `# Hosts that layers:scale may take; leave the list out and adopt each with deis nodes:create. Each runs sshd,
# lets the layer's user in with the layer's key (deis layers:list --json shows it) and lets that user sudo
# without a password.
hosts:
  - # Where the controller's SSH goes
    address: 203.0.113.21
    # Where the formation's other nodes reach it; without it the same address
    private_address: 10.0.0.21
    # Its SSH host key, read on the host itself: cat /etc/ssh/ssh_host_ed25519_key.pub
    host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleExam`,
  mock: `# Milliseconds that a launch takes
latency: 0
# Fails one kind of call: create-layer, destroy-layer, launch (before there is a machine) or launch-after-id
# (when its id is known)
fail: launch
# Only for nodes whose name ends with this
fail_node: "-2"`,
};
