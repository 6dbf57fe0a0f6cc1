! Solvers.
module shop_solver
  use iso_fortran_env, only: real64
  use stdlib_sorting
  implicit none
  integer, parameter :: DP = real64
  !> A basket.
  type, extends(base), public :: basket
    integer :: n
  contains
    procedure :: total => basket_total
    final :: clean
  end type basket
  interface add
    module procedure add_int
  end interface
  abstract interface
    function f(x) result(y)
      real :: x, y
    end function
  end interface
contains
  !> The sum.
  pure function basket_total(self) result(s)
    class(basket), intent(in) :: self
    real(dp) :: s
    s = sum_of(self%n) + self%get(3)
    call helper(s, 1)
  end function basket_total
  recursive subroutine helper(a, b)
    real, intent(inout) :: a
    if (a > 1) then
      call helper(a, b)
    end if
  contains
    subroutine inner()
    end subroutine
  end subroutine
  real(dp) function twice(x)
    twice = 2*x
  end function twice
  module procedure later
  end procedure
end module shop_solver

submodule (shop_solver) impl
end submodule

program main
  use shop_solver
  include 'x.inc'
  call helper(1., 2)
  print *, twice(3.)
  text = 'end subroutine is text'
end program main

C     Fixed form: scales a vector,
C     and a line that goes on.
      SUBROUTINE DSCAL(N, DA,
     $                 DX, INCX)
      INTEGER I, N
      DO 20 I = 1, N
          DX(I) = DA*DX(I)
   20 CONTINUE
      CALL XERBLA('DSCAL ', I)
      RETURN
      END

      DOUBLE PRECISION FUNCTION DNRM2(N, X)
      DNRM2 = DDOT(N, X, X)
      END FUNCTION

#:for k in KINDS
pure module subroutine scale_${k}$(x)
  real(${k}$), intent(inout) :: x
end subroutine scale_${k}$
#:endfor
