$p1m1 << EOD
1 1 3
2 2 4
EOD
$p1m2 << EOD
1 2
2 NaN
3 3
EOD
$p1m3 << EOD
1 1

2 4
EOD
$p2m1 << EOD
0 0 1
1 0 2
0 1 3
1 1 4
EOD
$p2m2 << EOD
0 0 1 0.5
EOD
$p3m1 << EOD
0 0 255 0 0
1 0 0 255 0
0 1 0 0 255
1 1 0 0 0
EOD
$p4m1 << EOD
1 NaN
EOD
set terminal pngcairo noenhanced size 600,450 font "DejaVu Sans,10" background "white"
set encoding utf8
set output "out.png"
set palette defined (0 "#440154", 0.125 "#472d7b", 0.25 "#3b528b", 0.375 "#2c728e", 0.5 "#21908c", 0.625 "#27ad81", 0.75 "#5dc863", 0.875 "#aadc32", 1 "#fde725")
set tics textcolor rgb "#000000"
set key bmargin center horizontal samplen 2 height 0.5
set multiplot layout 2,2 title "Title \"quoted\"\nFigure 1, scale cpu, 2 seeds" font "DejaVu Sans,11"
# Panel 1
set title "Curves"
set xlabel "iteration" offset 0,0.4
set xrange [*:*]
unset logscale x
set xtics autofreq nomirror
set format x "% h"
set ylabel "EM_distance"
set yrange [*:*]
set logscale y
set ytics autofreq nomirror
set format y "%g"
set border 3 lc rgb "#404040"
set size noratio
plot $p1m1 using 1:2:3 with filledcurves fs transparent solid 0.3 noborder lc rgb "#0072b2" notitle, \
     $p1m2 using 1:2 with lines lc rgb "#0072b2" lw 1.5 dt 2 title "LP", \
     $p1m3 using 1:2 with points pt 7 ps 1 lc rgb "#0072b2" notitle
# Panel 2
set title "Plane"
set xlabel "" offset 0,0.4
set xrange [-2:2]
unset logscale x
set xtics autofreq nomirror
set format x "% h"
set ylabel ""
set yrange [*:*]
unset logscale y
set ytics autofreq nomirror
set format y "% h"
set border 3 lc rgb "#404040"
set size ratio -1
plot $p2m1 using 1:2:3 with image notitle, \
     $p2m2 using 1:2:3:4 with vectors head filled size graph 0.015,20 lc rgb "#0072b2" lw 1 notitle
# Panel 3
set title ""
set xlabel "" offset 0,0.4
set xrange [*:*]
unset logscale x
unset xtics
set ylabel ""
set yrange [*:*]
unset logscale y
unset ytics
unset border
set size noratio
plot $p3m1 using 1:2:3:4:5 with rgbimage notitle
# Panel 4
set title "Empty"
set xlabel "" offset 0,0.4
set xrange [0:1]
unset logscale x
unset xtics
set ylabel ""
set yrange [0:1]
unset logscale y
unset ytics
set border 3 lc rgb "#404040"
set size noratio
set label 1 "no data at this scale" at graph 0.5, 0.5 center
plot NaN notitle
unset label 1
unset multiplot
set output
